"""Many pictures, one after the other; one that fails does not stop the others."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Generic, TypeVar

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work.jobs import Job, Plan

__all__ = ["Attempts", "Batch", "in_turn"]

LISTED = 3  # names of pictures that were not made

Made = TypeVar("Made")
Attempts = Callable[[Sequence[Job]], Iterator[tuple[Job, Made | Exception]]]


def in_turn(make: Callable[[Job], Made]) -> Attempts[Made]:
    """Makes one after the other, here."""

    def attempt(job: Job) -> Made | Exception:
        try:
            return make(job)
        except Exception as error:
            return error

    return lambda jobs: ((job, attempt(job)) for job in jobs)


class Batch(Generic[Made]):
    """Makes all pictures that can be made as one iterates over it, then tells which could not.

    What fails alone is raised.

    Args:
        plan: The pictures.
        attempts: Makes them, and gives what there is to know of each, or the exception that was raised.
        done: What is then said of them.
        end: Called when it was stopped; gives the pictures that were made all the same, beside those returned.

    Attributes:
        status: The exit status: 2 if any failed, else 0.
    """

    FAILED = 2

    def __init__(
        self,
        plan: Plan,
        attempts: Attempts[Made],
        done: str = "made",
        end: Callable[[], Collection[Job]] = lambda: (),
    ):
        (self.jobs, self._manifest), self.done, self.end, self.status = plan, done, end, 0
        self._attempts = attempts
        self._since = time.monotonic()
        self._failures: dict[Job, str] = {}
        self._made: list[Job] = []

    def __iter__(self) -> Iterator[tuple[Job, Made]]:
        try:
            yield from self._each()
        except Stopped as stop:
            self._end()
            self._tell_failures()
            raise Stopped(stop.number, self._outcome(stop.outcome)) from None
        except Exception:
            self._tell()
            raise
        self._tell()

    def finish(self) -> int:
        """Makes all of them, for one who needs no results; gives the exit status."""
        for _ in self:
            pass
        return self.status

    def _each(self) -> Iterator[tuple[Job, Made]]:
        for job, made in self._attempts(self.jobs):
            if isinstance(made, Exception):
                line = describe(made)[1]
                self._record(job, line)
                if len(self.jobs) == 1 or not is_expected(made):
                    raise made
                self._failures[job], self.status = line, self.FAILED
                continue
            self._made.append(job)
            self._record(job)
            yield job, made

    def _end(self) -> None:
        """Takes note of what a signal left."""
        for job in self.end():
            self._made.append(job)
            self._record(job)
        for job in self._left()[:1]:
            self._record(job, "stopped")

    def _left(self) -> list[Job]:
        return [job for job in self.jobs if job not in {*self._made, *self._failures}]

    def _record(self, job: Job, error: str | None = None) -> None:
        seconds, self._since = time.monotonic() - self._since, time.monotonic()
        if self._manifest is not None:
            self._manifest.add(job, seconds, error)

    def _outcome(self, last: str) -> str:
        """What became of the work when it was stopped, in words; `last` is what is told of the last picture."""
        if len(self.jobs) == 1:
            return f"{self._made[0].target} was written" if self._made else last
        left = [one_line(str(job.source)) for job in self._left()]
        more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
        left = f"not {self.done}: {', '.join(left[:LISTED])}{more}" if left else ""
        return "; ".join(filter(None, [last, self._summary, left]))

    @property
    def _summary(self) -> str:
        return f"{len(self._made)} of {len(self.jobs)} pictures {self.done}"

    def _tell(self) -> None:
        self._tell_failures()
        if len(self.jobs) != 1:
            logging.log(logging.ERROR if self._failures else logging.INFO, self._summary)

    def _tell_failures(self) -> None:
        for job, line in self._failures.items():
            name = one_line(str(job.source))
            logging.error("error: %s", line if name in line else f"{name}: {line}")
