"""Ctrl-C and SIGTERM: an exception, so that a verb can still save what it has; before there is anything, the end."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

__all__ = ["Stopped", "end_at_once", "ended_at_once", "stoppable"]

Handler = Callable[[int, FrameType | None], None]


class Stopped(BaseException):
    """The user or the system wants the program to end.

    Args:
        number: Of the signal.
        outcome: What became of the work, for the user; empty if there is nothing to tell but that nothing was written.
    """

    def __init__(self, number: int, outcome: str = ""):
        super().__init__(outcome or "nothing was written")
        self.number, self.outcome = number, outcome


def _stop(number: int, frame: FrameType | None) -> None:
    if _is_importing(frame):
        _end(2, number, frame)
    raise Stopped(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _end(stderr: int, number: int, frame: FrameType | None) -> None:
    # Not by an exception: modules in C that are being imported make another one of it, of no meaning.
    with contextlib.suppress(OSError):
        os.write(stderr, b"nst-tf: stopped\n")
    os._exit(128 + number)


def end_at_once() -> None:
    """From now on SIGINT and SIGTERM end the process with one line, unless they are ignored (as under nohup)."""
    _handle(partial(_end, 2))


def ended_at_once(stderr: int) -> contextlib.AbstractContextManager[None]:
    """As `end_at_once`, in a block; the line goes to this file descriptor."""
    return _handled(partial(_end, stderr))


def stoppable() -> contextlib.AbstractContextManager[None]:
    """Raises `Stopped` in the block on SIGINT and SIGTERM, unless they were ignored before (as under nohup).

    While something is imported, the process ends at once.
    """
    return _handled(_stop)


@contextlib.contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    before = _handle(handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _handle(handler: Handler) -> dict:
    """Sets a handler for the signals that are heeded; gives those of before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    heeded = {number: former for number, former in before.items() if former != signal.SIG_IGN}
    for number in heeded:
        signal.signal(number, handler)
    return heeded
