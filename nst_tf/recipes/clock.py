"""The clock of a run: time spent, time left, and the pace."""

import time

__all__ = ["ENTERING", "Clock"]

FRESH = 0.3  # of the last call in the mean pace
ENTERING = 2  # evaluations that it takes as long as, at most, to measure what a scale is compared with


class Clock:
    """Time since the start, time left, and time that evaluations take.

    Args:
        limit: Seconds that the run may take, or `None`.
    """

    def __init__(self, limit: float | None):
        self.limit = limit
        self._started = time.monotonic()
        self._pixel_seconds: float | None = None
        self._preparing: float | None = None

    def reached(self, seconds: float) -> None:
        """Shows so many seconds at least: of work that was taken up, what was spent on it before counts."""
        self._started -= max(0.0, seconds - self.seconds)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def expects(self, evaluations: int, pixels: int) -> float | None:
        """Seconds for so many evaluations of so many pixels, at the mean pace; `None` if it is unknown."""
        return None if self._pixel_seconds is None else evaluations * pixels * self._pixel_seconds

    def evaluations_in(self, seconds: float, pixels: int) -> int:
        """How many evaluations of so many pixels fit into this time, at least 1."""
        one = self.expects(1, pixels)
        return max(1, int(seconds / one)) if one else 1

    def measured(self, seconds: float, evaluations: int, pixels: int) -> None:
        """Takes note of the pace."""
        now = seconds / (evaluations * pixels)
        self._pixel_seconds = now if self._pixel_seconds is None else FRESH * now + (1 - FRESH) * self._pixel_seconds

    def expects_scale(self, evaluations: int, pixels: int) -> float | None:
        """As `expects`, and to prepare the scale and its rounds."""
        if self._preparing is None:
            return self.expects(ENTERING + evaluations, pixels)
        here = self.expects(evaluations, pixels)
        return None if here is None else here + self._preparing * pixels

    def prepared(self, seconds: float, pixels: int) -> None:
        """Takes note of how long a scale and its rounds took to prepare."""
        self._preparing = seconds / pixels

    def allows(self, evaluations: int, pixels: int) -> bool:
        """Whether so many more evaluations are expected to end in time."""
        return self.limit is None or self.seconds + (self.expects(evaluations, pixels) or 0) <= self.limit
