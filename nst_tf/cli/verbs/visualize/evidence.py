"""`nst-tf evidence`: each claim of the papers beside what this package finds of it."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from absl import logging

from nst_tf.cli.shell.failure import describe, one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import names
from nst_tf.errors import unknown

if TYPE_CHECKING:
    from nst_tf.evidence.making import Making
    from nst_tf.evidence.row import Row

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Put each claim of the papers to the test, and write a page of what holds here."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER",
                        help="to write index.md and its pictures to; rows that are there are kept")  # fmt: skip
    parser.add_argument("--only", type=names, metavar="ROW,...",
                        help="rows to make, such as parameters,occlusion (default: all, in some minutes)")  # fmt: skip
    parser.add_argument("--size", choices=("full", "small"), default="full",
                        help="small only shows quickly that all of it runs (default: full)")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run(arguments: Namespace) -> int:
    """Makes the rows that are missing; one that fails does not keep the others from being made."""
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    # Only now what takes a while to import.
    from nst_tf.evidence.making import Making
    from nst_tf.evidence.page import counted
    from nst_tf.evidence.rows import ROWS

    rows = {row.name: row for row in ROWS}
    for name in arguments.only or ():
        if name not in rows:
            raise unknown("row", name, rows)
    making = Making(ROWS, Path(arguments.output), arguments.size)
    finished = making.records
    missing = [row for name, row in rows.items() if name in (arguments.only or rows) and name not in finished]
    if missing:
        from nst_tf.cli.shell.tensorflow_import import import_tensorflow

        import_tensorflow(arguments.debug)
    failed = [row.name for number, row in enumerate(missing) if not _made(making, row, number, len(missing), arguments)]
    making.write_page()
    if failed:
        logging.error("%d of %d rows failed: %s; the same command tries them again",
                      len(failed), len(missing), ", ".join(failed))  # fmt: skip
    print(f"wrote {one_line(str(Path(arguments.output) / 'index.md'))} ({counted(ROWS, making.records)})")
    return 1 if failed else 0


def _made(making: "Making", row: "Row", number: int, count: int, arguments: Namespace) -> bool:
    """Whether a row could be made."""
    logging.info("row %d of %d: %s", number + 1, count, row.name)
    try:
        making.make(row)
    except Exception as error:  # of any kind: the other rows are worth having
        logging.error("error: %s: %s", row.name, describe(error)[1], exc_info=arguments.debug)
        return False
    logging.info("%s: %s", row.name, making.records[row.name]["verdict"])
    return True
