"""The options that say which network to look with."""

from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.cli.shell.parser import Parser

__all__ = ["MODEL", "PIXELS", "add_network"]

# What the options of these names mean in all verbs.
MODEL = (
    "network to look with: vgg16, alexnet and others that `nst-tf info` lists, keras:NAME for an application of Keras, "
    "a .keras file, the folder of a training run, or a SavedModel"
)
PIXELS = "what pixels a network takes that comes from a file and does not say so itself"


def add_network(parser: Parser, **options) -> None:
    """Adds `--model`, by default `alexnet`, and `--preprocessing`.

    Args:
        parser: Of the verb.
        **options: Of `add_argument` for `--model`, to change.
    """
    text = f"{MODEL} (default: alexnet)"
    parser.add_argument("--model", **{"default": "alexnet", "metavar": "NETWORK", "help": text, **options})
    kinds = ", ".join(PREPROCESSING)
    parser.add_argument("--preprocessing", metavar="KIND", help=f"{PIXELS}; one of {kinds}")
