"""`nst-tf replay`: makes a picture again from the recipe that it carries, with other options on top."""

from argparse import Namespace
from pathlib import Path

from absl import logging

from nst_tf.cli.replay.again import again
from nst_tf.cli.replay.recipe import Recipe
from nst_tf.cli.replay.record import tensorflow_version
from nst_tf.cli.replay.xmp import read_recipe
from nst_tf.cli.shell.parser import Parser
from nst_tf.version import __version__

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Make a picture of ours again, to the bit or with changed options."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf replay PICTURE -o OUT [--inputs DIR ...] [options of the verb that made it, on top]"
    parser.add_argument("picture", metavar="PICTURE", help="file that nst-tf wrote, see `nst-tf recipe`")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the result")
    parser.add_argument("--inputs", metavar="DIR", action="append", default=[],
                        help="folder with files that it was made from, or with folders of them, besides those of "
                             "PICTURE and the current one; may be repeated")  # fmt: skip
    parser.keep = "changes"


def run(arguments: Namespace) -> int:
    """Reads the recipe, finds what it was made from, and runs its verb."""
    recipe = read_recipe(arguments.picture)
    folders = [*map(Path, arguments.inputs), Path(arguments.picture).parent, Path()]
    line = again(arguments.parser, arguments.picture, recipe, folders, arguments.output, arguments.changes)
    line.debug = arguments.debug
    _warn(recipe)
    return line.run(line)


def _warn(recipe: Recipe) -> None:
    """Says why the picture may become another one."""
    if recipe.stopped is not None:
        logging.warning("the picture was stopped after %d evaluations; it is made whole now", recipe.stopped)
    made, now = (recipe.nst_tf, recipe.tensorflow), (__version__, tensorflow_version())
    if made != now:
        logging.warning(
            "made by nst_tf %s with TensorFlow %s, and these are %s and %s: it may differ in details", *made, *now
        )
