"""`nst-tf train-decoder`: a decoder for `nst-tf stylize --fast`."""

import functools
from argparse import Namespace
from collections.abc import Mapping

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import number
from nst_tf.cli.verbs.training.options import SCHEDULE, add_images, add_running, add_schedule, report_run, run_training

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a decoder that inverts VGG16, for style transfer in one pass."
SETTINGS = ("level", "styles", "start", "style_weight")


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf train-decoder --images DIR -o RUN [options]"
    parser.add_argument("--level", default="relu4_1", metavar="LEVEL",
                        help="level to decode from, with all finer ones: relu4_1, relu3_1, relu2_1 or relu1_1 "
                             "(default: relu4_1)")  # fmt: skip
    add_images(parser, "stylize --fast --decoder")
    parser.add_argument("--styles", metavar="DIR",
                        help="folder of paintings to stylise with while training; without it, the decoder learns to "
                             "invert only")  # fmt: skip
    parser.add_argument("--style-weight", type=number, default=1.0, metavar="WEIGHT",
                        help="weight of the losses of style (default: 1)")  # fmt: skip
    parser.add_argument("--from", dest="start", metavar="RUN", help="decoder to start from (default: random weights)")
    add_schedule(parser, steps=20000, every=500, side=128, batch=8)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""

    def train(**options):
        from nst_tf.training.decoder.train import train_decoder

        settings = {name: getattr(arguments, name) for name in (*SETTINGS, *SCHEDULE)}
        return train_decoder(arguments.images, arguments.output, **settings, **options)

    trained = run_training(arguments, train, functools.partial(_line, arguments.level))
    report_run(arguments, trained, f"PSNR {trained.history[-1][f'psnr_{arguments.level}']:.1f} dB")
    return 0


def _line(level: str, logs: Mapping[str, float]) -> str:
    losses = ", ".join(f"{name} {logs[name]:.4g}" for name in ("loss", "style", "structure") if name in logs)
    return f"{losses}, PSNR {logs[f'psnr_{level}']:.2f} dB"
