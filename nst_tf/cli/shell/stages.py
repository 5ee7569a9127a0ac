"""How far a verb is that works in stages, on standard error."""

import sys
import time
from contextlib import AbstractContextManager
from typing import Protocol

from absl import logging

__all__ = ["Stages", "stages"]

SECONDS_BETWEEN_LINES = 3.0


class Stages(Protocol):
    """Shows how far the work is."""

    def show(self, stage) -> None:
        """Shows a `nst_tf.visualize.top.top_activations.Stage`."""


def stages(quiet: bool) -> AbstractContextManager[Stages]:
    """A bar for each stage on a terminal, lines elsewhere, and lines that nobody sees if `quiet`."""
    return Bars() if sys.stderr.isatty() and not quiet else Lines()


class Bars(AbstractContextManager):
    """A bar for each stage, which vanishes at its end."""

    def __init__(self):
        self._bar = None

    def show(self, stage) -> None:
        """Moves the bar, or begins a new one."""
        from tqdm import tqdm

        if self._bar is None or self._bar.desc != f"{stage.name}: ":
            self.__exit__()
            self._bar = tqdm(total=stage.total, initial=stage.done, desc=stage.name, leave=False, dynamic_ncols=True)
        self._bar.update(stage.done - self._bar.n)

    def __exit__(self, *error):
        if self._bar is not None:
            self._bar.close()


class Lines(AbstractContextManager):
    """A line for a report, but not more than one in a few seconds."""

    def __init__(self):
        self._next = 0.0

    def show(self, stage) -> None:
        """Logs a line if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
            logging.info("%s: %d of %d", stage.name, stage.done, stage.total)

    def __exit__(self, *error):
        pass
