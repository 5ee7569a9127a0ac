"""`nst-tf train-style`: a network that paints in a few styles, in one pass."""

from argparse import Namespace
from collections.abc import Mapping

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs.training.options import add_images, add_schedule, report_run, run_training
from nst_tf.cli.work.options import add_group, chosen
from nst_tf.training.settings import STYLES

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a small network that paints in a few styles, in one pass."


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
    add_group(parser.add_argument_group("objective, as of stylize"), STYLES, "objective")
    add_schedule(parser, STYLES)


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""
    begun = {"start": arguments.start, "add_to": arguments.add_to}
    settings = {**begun, **vars(chosen(arguments, STYLES))}

    def train(**options):
        from nst_tf.training.style.train import train_style

        return train_style(arguments.styles, arguments.images, arguments.output, **settings, **options)

    trained = run_training(arguments, train, _line)
    styles = ", ".join(map(one_line, trained.network.styles))
    report_run(arguments, trained, f"styles {styles}; loss {trained.history[-1]['loss']:.3g}")
    return 0


def _line(logs: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {logs[name]:.4g}" for name in ("loss", "style", "content", "patches", "variation"))
