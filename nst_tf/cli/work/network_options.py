"""The options that say which network to look with."""

from typing import Any

from nst_tf.backbones import WEIGHTS
from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.cli.shell.files import path_or
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count
from nst_tf.recipes.common_settings import MODEL, PIXELS

__all__ = ["add_network", "add_side"]


def add_network(parser: Parser, **options: Any) -> None:
    """Adds `--model`, by default `alexnet`, and `--preprocessing`.

    Args:
        parser: Of the verb.
        **options: Of `add_argument` for `--model`, to change.
    """
    text = f"{MODEL} (default: alexnet)"
    about = {"default": "alexnet", "type": path_or(*WEIGHTS), "metavar": "NETWORK", "help": text}
    parser.add_argument("--model", **{**about, **options})
    kinds = ", ".join(PREPROCESSING)
    parser.add_argument("--preprocessing", metavar="KIND", help=f"{PIXELS}; one of {kinds}")


def add_side(parser: Parser) -> None:
    """Adds `--side`, to which the image is brought that the network looks at."""
    parser.add_argument("--side", type=count, default=224, metavar="PIXELS",
                        help="shorter side to which the image is resampled (default: 224); a network that takes one "
                             "size only gets the middle of the image in that size")  # fmt: skip
