"""`nst-tf evidence`: each claim of the papers beside what this package finds of it."""

from argparse import Namespace
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from absl import logging

from nst_tf.cli.shell.failure import describe, one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
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
    # Only now what takes a while to import.
    from nst_tf.evidence.making import Making
    from nst_tf.evidence.page import counted
    from nst_tf.evidence.rows import ROWS

    chosen = _chosen(ROWS, arguments.only)
    making = Making(ROWS, Path(arguments.output), arguments.size)
    finished = making.records
    missing = [row for row in chosen if row.name not in finished]
    if missing:
        from nst_tf.cli.shell.tensorflow_import import import_tensorflow

        import_tensorflow(arguments.debug)
    total = len(missing)
    failed = [row.name for done, row in enumerate(missing) if not _made(making, row, (done, total), arguments.debug)]
    making.write_page()
    if failed:
        logging.error("%d of %d rows failed: %s; the same command tries them again",
                      len(failed), total, ", ".join(failed))  # fmt: skip
    print(f"wrote {one_line(str(Path(arguments.output) / 'index.md'))} ({counted(ROWS, making.records)})")
    return 1 if failed else 0


def _chosen(rows: "Sequence[Row]", only: Collection[str] | None) -> "list[Row]":
    known = [row.name for row in rows]
    for name in only or ():
        if name not in known:
            raise unknown("row", name, known)
    return [row for row in rows if only is None or row.name in only]


def _made(making: "Making", row: "Row", done: tuple[int, int], debug: bool) -> bool:
    """Whether a row could be made, after so many of so many."""
    logging.info("row %d of %d: %s", done[0] + 1, done[1], row.name)
    try:
        making.make(row)
    except Stopped as stop:
        raise Stopped(stop.number, "{} of {} rows are done; the same command goes on".format(*done)) from None
    except Exception as error:  # of any kind: the other rows are worth having
        logging.error("error: %s: %s", row.name, describe(error)[1], exc_info=debug)
        return False
    logging.info("%s: %s", row.name, making.records[row.name]["verdict"])
    return True
