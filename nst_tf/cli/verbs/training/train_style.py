"""`nst-tf train-style`: a network that paints in a few styles, in one pass."""

from argparse import Namespace
from collections.abc import Mapping

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count, number
from nst_tf.cli.verbs.training.options import SCHEDULE, add_images, add_running, add_schedule, report_run, run_training
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["DESCRIPTION", "SETTINGS", "add_arguments", "run"]

DESCRIPTION = "Train a small network that paints in a few styles, in one pass."
DEFAULT = PRESETS["default"]
SETTINGS = ("start", "add_to", "style_size", "content_weight", "style_weight", "patch_weight", "tv_weight", *SCHEDULE)


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf train-style STYLE [STYLE ...] --images DIR -o RUN [options]"
    parser.add_argument("styles", metavar="STYLE", nargs="+", help="image of a style; one network holds them all")
    add_images(parser, "stylize --network")
    known = parser.add_mutually_exclusive_group()
    known.add_argument("--from", dest="start", metavar="NETWORK",
                       help="network to start from, paintings or one of your own: most of what it learned holds for "
                            "other styles, too (default: random weights)")  # fmt: skip
    known.add_argument("--add-to", metavar="NETWORK",
                       help="network that the styles are added to, likewise: only 3,200 numbers for each of them are "
                            "learned, so that far fewer --steps do; its other styles stay as they are")  # fmt: skip
    group = parser.add_argument_group("objective, as of stylize")
    group.add_argument("--style-size", type=count, default=DEFAULT.size, metavar="PIXELS",
                       help="longest side of the style images: strokes are right for pictures of this size "
                            f"(default: {DEFAULT.size})")  # fmt: skip
    meanings = {"content": "content loss", "style": "style loss", "patch": "patch term", "tv": "total variation"}
    for name, meaning in meanings.items():
        value = getattr(DEFAULT, f"{name}_weight")
        group.add_argument(f"--{name}-weight", type=number, default=value, metavar="WEIGHT",
                           help=f"weight of the {meaning} (default: {value:g})")  # fmt: skip
    add_schedule(parser, steps=20000, every=500, side=160, batch=4)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""

    def train(**options):
        from nst_tf.training.style.train import train_style

        settings = {name: getattr(arguments, name) for name in SETTINGS}
        return train_style(arguments.styles, arguments.images, arguments.output, **settings, **options)

    trained = run_training(arguments, train, _line)
    styles = ", ".join(map(one_line, trained.network.styles))
    report_run(arguments, trained, f"styles {styles}; loss {trained.history[-1]['loss']:.3g}")
    return 0


def _line(logs: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {logs[name]:.4g}" for name in ("loss", "style", "content", "patches", "variation"))
