"""`nst-tf recipe`: how a picture was made, as a command line."""

import shlex
from argparse import Namespace
from pathlib import Path

from absl import logging

from nst_tf.cli.replay.again import words
from nst_tf.cli.replay.xmp import read_recipe
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Print how a picture of ours was made, as a command line."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("picture", metavar="PICTURE", help="file that nst-tf wrote")
    parser.add_argument("--json", action="store_true",
                        help="print all of it as JSON: defaults, SHA-256 of files, versions, seconds")  # fmt: skip


def run(arguments: Namespace) -> int:
    """Reads and prints."""
    recipe = read_recipe(arguments.picture)
    if arguments.json:
        print(recipe.to_json())
        return 0
    line = [recipe.verb, *words(recipe.given, lambda one: one.file), "-o", Path(arguments.picture).name]
    print(one_line(shlex.join(["nst-tf", *line])))
    if recipe.stopped is not None:
        logging.warning("it was stopped after %d evaluations", recipe.stopped)
    return 0
