"""`nst-tf evaluate`: how near pictures are to their style and to their content."""

import json
from argparse import Namespace
from dataclasses import asdict

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure how near pictures are to a style and to a content."
LEGEND = """
style: squared Wasserstein-2 distance of features of VGG16, 0 for the style itself; mean of the layers to its right
content: LPIPS with AlexNet, 0 for the content itself"""


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("content", metavar="CONTENT", help="image that the pictures should show")
    parser.add_argument("style", metavar="STYLE", help="image whose style they should have")
    parser.add_argument("results", metavar="RESULT", nargs="+", help="picture to measure, at its own size")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each result instead of a table")


def run(arguments: Namespace) -> int:
    """Measures each result and prints."""
    # Only now what takes a while to import.
    from nst_tf.images import read_image

    content, style, *results = (read_image(path) for path in (arguments.content, arguments.style, *arguments.results))
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.measures.evaluate import evaluate

    found = [evaluate(content, style, result) for result in results]
    if arguments.json:
        for path, one in zip(arguments.results, found, strict=True):
            print(json.dumps({"result": path, **asdict(one)}))
    else:
        print(_table(arguments.results, found))
    return 0


def _table(paths: list[str], found: list) -> str:
    names = ["result", *map(one_line, paths)]
    rows = [("style", "content", *found[0].layers), *map(_cells, found)]
    width = max(map(len, names))
    lines = [name.ljust(width) + "".join(f"{cell:>9}" for cell in row) for name, row in zip(names, rows, strict=True)]
    return "\n".join([*lines, LEGEND])


def _cells(one) -> list[str]:
    return [f"{value:.4f}" for value in (one.style_distance, one.content_distance, *one.layers.values())]
