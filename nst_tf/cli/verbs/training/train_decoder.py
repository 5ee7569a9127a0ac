"""`nst-tf train-decoder`: a decoder for `nst-tf stylize --fast`."""

import functools
from argparse import Namespace
from collections.abc import Mapping

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs.training.options import add_images, add_schedule, report_run, run_training
from nst_tf.cli.work.options import add_group, chosen
from nst_tf.training.settings import DECODER

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a decoder that inverts VGG16, for style transfer in one pass."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf train-decoder --images DIR -o RUN [options]"
    add_images(parser, "stylize --fast --decoder")
    parser.add_argument("--styles", metavar="DIR",
                        help="folder of paintings to stylise with while training; without it, the decoder learns to "
                             "invert only")  # fmt: skip
    parser.add_argument("--from", dest="start", metavar="RUN", help="decoder to start from (default: random weights)")
    add_group(parser.add_argument_group("objective"), DECODER, "objective")
    add_schedule(parser, DECODER)


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""
    settings = chosen(arguments, DECODER)
    given = {"styles": arguments.styles, "start": arguments.start, **vars(settings)}

    def train(**options):
        from nst_tf.training.decoder.train import train_decoder

        return train_decoder(arguments.images, arguments.output, **given, **options)

    trained = run_training(arguments, train, functools.partial(_line, settings.level))
    report_run(arguments, trained, f"PSNR {trained.history[-1][f'psnr_{settings.level}']:.1f} dB")
    return 0


def _line(level: str, logs: Mapping[str, float]) -> str:
    losses = ", ".join(f"{name} {logs[name]:.4g}" for name in ("loss", "style", "structure") if name in logs)
    return f"{losses}, PSNR {logs[f'psnr_{level}']:.2f} dB"
