"""What the user sees while a verb runs, on standard error."""

import io
import logging as standard_logging
import sys
import time
from contextlib import AbstractContextManager
from typing import Protocol

from absl import logging

__all__ = ["Meter", "meter", "start_logging"]

SECONDS_BETWEEN_LINES = 3.0
BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{postfix}"


def start_logging() -> None:
    """Sends what the command and the library log to standard error, as plain lines."""
    handler = logging.get_absl_handler()
    handler.setFormatter(standard_logging.Formatter("nst-tf: %(message)s"))
    handler.python_handler.stream = sys.stderr
    logging.use_absl_handler()
    logging.set_verbosity(logging.INFO)
    # A file name need not be text in the terminal's encoding.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class Meter(Protocol):
    """Shows how far a picture is."""

    def show(self, progress) -> None:
        """Shows a `nst_tf.progress.Progress`."""


def meter(name: str, quiet: bool) -> AbstractContextManager[Meter]:
    """A bar on a terminal, lines elsewhere, and lines that nobody sees if `quiet`.

    Args:
        name: What is being made.
        quiet: Whether to show nothing.
    """
    return Bar(name) if sys.stderr.isatty() and not quiet else Lines(name)


class Bar(AbstractContextManager):
    """A bar that vanishes at its end."""

    def __init__(self, name: str):
        from tqdm import tqdm

        self._name = name
        self._bar = tqdm(total=1, desc=f"{name} starting", bar_format=BAR, leave=False, dynamic_ncols=True)

    def show(self, progress) -> None:
        """Moves the bar."""
        self._bar.total = progress.steps
        self._bar.set_description_str(f"{self._name} {_scale(progress)}", refresh=False)
        self._bar.set_postfix_str(_state(progress), refresh=False)
        self._bar.n = progress.step
        self._bar.refresh()

    def __exit__(self, *error):
        self._bar.close()


class Lines(AbstractContextManager):
    """A line for a report, but not more than one in a few seconds."""

    def __init__(self, name: str):
        self._name = name
        self._next = 0.0

    def show(self, progress) -> None:
        """Logs a line if it is time."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        evaluation = f"evaluation {progress.step} of {progress.steps}"
        logging.info("%s: %s, %s, %s", self._name, _scale(progress), evaluation, _state(progress))

    def __exit__(self, *error):
        pass


def _scale(progress) -> str:
    return f"scale {progress.scale}/{progress.scales} {progress.width}x{progress.height}"


def _state(progress) -> str:
    loss = f"loss {progress.loss:.3g}"
    return loss if progress.remaining is None else f"{loss}, {_duration(progress.remaining)} left"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
