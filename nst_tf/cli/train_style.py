"""`nst-tf train-style`: a network that paints in a few styles, in one pass."""

import json
from argparse import Namespace

from absl import logging

from nst_tf.cli.failure import one_line
from nst_tf.cli.parser import Parser
from nst_tf.cli.stop import Stopped
from nst_tf.cli.values import count, number, positive, whole
from nst_tf.recipes.settings import PRESETS

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a small network that paints in a few styles, in one pass."
DEFAULT = PRESETS["default"]
SKIPPED_SHOWN = 10
OPTIONS = ("steps", "every", "side", "batch", "learning_rate", "style_size", "content_weight", "style_weight",
           "tv_weight", "precision", "seed")  # fmt: skip


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf train-style STYLE [STYLE ...] --images DIR -o RUN [options]"
    parser.add_argument("styles", metavar="STYLE", nargs="+", help="image of a style; one network holds them all")
    parser.add_argument("--images", metavar="DIR", required=True,
                        help="folder of photographs, and of folders of them; a tenth is held out")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="RUN", required=True,
                        help="folder of the run, for stylize --network; one that was cut off goes on")  # fmt: skip
    _add_schedule(parser.add_argument_group("schedule"))
    _add_objective(parser.add_argument_group("objective, as of stylize"))
    group = parser.add_argument_group("running")
    group.add_argument("--json", action="store_true", help="print a line of JSON for each round of the run at the end")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def _add_schedule(group) -> None:
    group.add_argument("--steps", type=count, default=20000, metavar="NUMBER", help="updates in all (default: 20000)")
    group.add_argument("--every", type=count, default=500, metavar="NUMBER",
                       help="updates in a round, after which the run is saved (default: 500)")  # fmt: skip
    group.add_argument("--side", type=count, default=160, metavar="PIXELS",
                       help="of the crops of photographs (default: 160)")  # fmt: skip
    group.add_argument("--batch", type=count, default=4, metavar="NUMBER", help="crops per update (default: 4)")
    group.add_argument("--learning-rate", type=positive, default=1e-3, metavar="NUMBER",
                       help="the highest one (default: 0.001)")  # fmt: skip
    group.add_argument("--precision", default="auto", metavar="KIND",
                       help="auto, float32, mixed_float16 for GPUs, or mixed_bfloat16, which is twice as fast on "
                            "processors with AVX512-BF16 (default: auto)")  # fmt: skip
    group.add_argument("--distribute", choices=("none", "mirrored", "multiworker"), default="none",
                       help="over the GPUs of this machine, or the machines of TF_CONFIG (default: none)")  # fmt: skip
    group.add_argument("--seed", type=whole, default=0, metavar="NUMBER", help="of all that is random (default: 0)")


def _add_objective(group) -> None:
    group.add_argument("--style-size", type=count, default=DEFAULT.size, metavar="PIXELS",
                       help="longest side of the style images: strokes are right for pictures of this size "
                            f"(default: {DEFAULT.size})")  # fmt: skip
    for name, meaning in (("content", "content loss"), ("style", "style loss"), ("tv", "total variation")):
        value = getattr(DEFAULT, f"{name}_weight")
        group.add_argument(f"--{name}-weight", type=number, default=value, metavar="WEIGHT",
                           help=f"weight of the {meaning} (default: {value:g})")  # fmt: skip


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    from nst_tf.cli.quiet import import_tensorflow

    import_tensorflow(arguments.debug)
    try:
        trained = _train(arguments)
    except Stopped as stop:
        outcome = f"what was finished of {arguments.output} is whole, and the same command goes on from there"
        raise Stopped(stop.number, outcome) from None
    _report(arguments, trained)
    return 0


def _train(arguments: Namespace):
    import keras

    from nst_tf.training import open_strategy
    from nst_tf.training.style.train import train_style

    # Before anything else touches the devices.
    strategy = open_strategy(arguments.distribute)
    shown = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logging.info("%s", _line(epoch, logs)))
    options = {name: getattr(arguments, name) for name in OPTIONS}
    return train_style(
        arguments.styles, arguments.images, arguments.output, strategy=strategy, callbacks=[shown], **options
    )


def _line(epoch: int, logs: dict) -> str:
    parts = ", ".join(f"{name} {logs[name]:.4g}" for name in ("loss", "style", "content", "variation"))
    return f"round {epoch + 1}: {parts}, learning rate {logs['learning_rate']:.3g}, {logs['seconds']:.1f} s"


def _report(arguments: Namespace, trained) -> None:
    for path, reason in list(trained.skipped.items())[:SKIPPED_SHOWN]:
        logging.warning("skipped %s: %s", one_line(path), reason)
    if len(trained.skipped) > SKIPPED_SHOWN:
        logging.warning("skipped %d images in all; run.json names them", len(trained.skipped))
    if arguments.json:
        print("\n".join(map(json.dumps, trained.history)))
    elif not arguments.quiet:
        last = trained.history[-1]
        styles = ", ".join(map(one_line, trained.network.styles))
        print(f"wrote {one_line(arguments.output)} (styles {styles}; loss {last['loss']:.3g})")
