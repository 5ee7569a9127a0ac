"""What the user sees while a verb runs, on standard error."""

import io
import logging as standard_logging
import os
import sys
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from absl import logging

from nst_tf.progress import Report

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["Meter", "meter", "start_logging"]

SECONDS_BETWEEN_LINES = 3.0
BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{postfix}"
TIMED_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"


def start_logging() -> None:
    """Sends what the command and the library log to standard error, as plain lines."""
    # Python has none where the process was started with closed ones (`>&-`); what is said is said to nobody then.
    sys.stdout, sys.stderr = (one or open(os.devnull, "w") for one in (sys.stdout, sys.stderr))  # noqa: SIM115
    handler = logging.get_absl_handler()
    handler.setFormatter(standard_logging.Formatter("nst-tf: %(message)s"))
    handler.python_handler.stream = sys.stderr
    logging.use_absl_handler()
    logging.set_verbosity(logging.INFO)
    # A file name need not be text in the terminal's encoding.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def meter(subject: str, quiet: bool) -> "Meter":
    """What shows reports: a bar on a terminal, lines elsewhere, and nothing if `quiet`.

    Args:
        subject: What is being made; empty where the reports say it.
        quiet: Whether to show nothing.
    """
    if quiet:
        return Meter()
    return Bar(subject) if sys.stderr.isatty() else Lines(subject)


class Meter(AbstractContextManager):
    """Shows nothing."""

    def show(self, report: Report) -> None:
        """Shows how far the work is."""

    def __exit__(self, *error: object) -> None:
        """Leaves nothing behind on the terminal."""


class Bar(Meter):
    """A bar for each piece of work, which vanishes at its end; above it, the lines of reports that last.

    Args:
        subject: See `meter`.
    """

    def __init__(self, subject: str):
        self._subject, self._name = subject, ""
        self._bar: tqdm | None = None
        if subject:
            self._begin("starting", 0, 1, BAR)

    def show(self, report: Report) -> None:
        bar = self._bar
        if bar is None or report.name != self._name:
            bar = self._begin(report.name, report.done, report.total, BAR if report.state else TIMED_BAR)
        if report.lasting:
            bar.clear()
            logging.info("%s", _line(self._subject, report))
        bar.total, bar.n = report.total, report.done
        bar.set_postfix_str(report.state)

    def _begin(self, name: str, done: int, total: int, layout: str) -> "tqdm":
        from tqdm import tqdm

        self.__exit__()
        self._name, desc = name, f"{self._subject} {name}".strip()
        bar = tqdm(total=total, initial=done, desc=desc, bar_format=layout, leave=False, dynamic_ncols=True)
        self._bar = bar
        return bar

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()


class Lines(Meter):
    """A line for a report, but not more than one in a few seconds, except of reports that last.

    Args:
        subject: See `meter`.
    """

    def __init__(self, subject: str):
        self._subject, self._next = subject, 0.0

    def show(self, report: Report) -> None:
        if not report.lasting:
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        logging.info("%s", _line(self._subject, report))


def _line(subject: str, report: Report) -> str:
    return f"{subject}: {report.line}" if subject else report.line
