"""Ctrl-C and SIGTERM as an exception, so that a verb can still save what it has."""

import contextlib
import signal
from collections.abc import Iterator

__all__ = ["Stopped", "stoppable"]


class Stopped(BaseException):
    """The user or the system wants the program to end.

    Args:
        number: Of the signal.
        outcome: What became of the work, for the user.
    """

    def __init__(self, number: int, outcome: str = "nothing was written"):
        super().__init__(outcome)
        self.number = number


def _stop(number, frame):
    raise Stopped(number)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Raises `Stopped` in the block on SIGINT and SIGTERM, unless they were ignored before (as under nohup)."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    heeded = {number: handler for number, handler in before.items() if handler != signal.SIG_IGN}
    for number in heeded:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)
