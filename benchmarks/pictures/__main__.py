"""`python -m benchmarks.pictures`: methods of style transfer on photographs and paintings, in numbers and on a page.

What was made or measured before, in the same folder, is not again.
"""

import argparse
import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks.pictures.methods import read_methods
from benchmarks.pictures.votes import tally, tally_table
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.shell.values import count
from nst_tf.errors import InputError, NstError

__all__ = ["main"]

METHODS = ("default", "fast")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("contents", nargs="?", type=Path, metavar="CONTENTS", help="folder of photographs")
    parser.add_argument("styles", nargs="?", type=Path, metavar="STYLES", help="folder of paintings")
    parser.add_argument("--out", type=Path, metavar="FOLDER",
                        help="for pictures, numbers and page; of one set of photographs and paintings")  # fmt: skip
    parser.add_argument("--method", action="append", metavar="METHOD", dest="methods",
                        help="a preset of `nst-tf stylize` or fast, and settings: 'default steps=40,25 init=fast'; may "
                             f"be repeated (default: {' and '.join(METHODS)})")  # fmt: skip
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
                        help="a setting of all methods that have it; may be repeated")  # fmt: skip
    parser.add_argument("--size", type=count, default=256, metavar="PIXELS", help="longest side (default: 256)")
    parser.add_argument("--blind", action="store_true", help="make the page one for votes, without names and numbers")
    parser.add_argument("--votes", nargs="+", type=Path, metavar="FILE", help="only count votes that were saved")
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Makes, measures and prints; or counts votes."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        found, text = _votes(arguments.votes) if arguments.votes else _compare(arguments)
    except NstError as error:
        parser.error(one_line(str(error)))
    print(json.dumps(found) if arguments.json else text)


def _votes(paths: Sequence[Path]) -> tuple[dict, str]:
    counts = tally(paths)
    return counts, tally_table(counts)


def _compare(arguments: Namespace) -> tuple[dict, str]:
    if arguments.contents is None or arguments.styles is None or arguments.out is None:
        raise InputError("CONTENTS, STYLES and --out are needed, or --votes")
    methods = read_methods(arguments.methods or METHODS, arguments.changes, arguments.size)
    # Only now, and without its messages, what every process with pictures of its own would wait for.
    import_tensorflow(False)
    from benchmarks.pictures.files import Comparison, Numbers, tell
    from benchmarks.pictures.make import make_pictures
    from benchmarks.pictures.measure import measure_pictures
    from benchmarks.pictures.page import write_page
    from benchmarks.pictures.summary import summarise, table

    comparison = Comparison(arguments.contents, arguments.styles, methods, arguments.size, arguments.out)
    numbers = Numbers(arguments.out / "numbers.jsonl")
    make_pictures(comparison, numbers)
    measure_pictures(comparison, numbers)
    tell(f"wrote {write_page(comparison, numbers, arguments.blind)}")
    summary = summarise(comparison, numbers)
    return summary, table(summary)


if __name__ == "__main__":
    main()
