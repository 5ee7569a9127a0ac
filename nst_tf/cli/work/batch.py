"""Many pictures, one after the other; one that fails does not stop the others."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Generic, TypeVar

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work.jobs import Job

__all__ = ["Batch"]

LISTED = 3  # names of pictures that were not made

Made = TypeVar("Made")


class Batch(Generic[Made]):
    """Makes all pictures that can be made as one iterates over it, then tells which could not.

    What fails alone is raised.

    Args:
        jobs: The pictures.
        make: Makes one of them, and returns what there is to know of it.
        end: Called when it was stopped; gives the pictures that were made all the same, beside those returned.

    Attributes:
        status: The exit status: 2 if any failed, else 0.
    """

    def __init__(
        self, jobs: Sequence[Job], make: Callable[[Job], Made], end: Callable[[], Collection[Job]] = lambda: ()
    ):
        self.jobs, self.make, self.end, self.status = jobs, make, end, 0
        self._failures: dict[Job, str] = {}
        self._made: list[Job] = []

    def __iter__(self) -> Iterator[tuple[Job, Made]]:
        try:
            yield from self._each()
        except Stopped as stop:
            self._made += self.end()
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
        for job in self.jobs:
            try:
                made = self.make(job)
            except Exception as error:
                if len(self.jobs) == 1 or not is_expected(error):
                    raise
                self._failures[job] = _line(job, error)
                self.status = 2
                continue
            self._made.append(job)
            yield job, made

    def _outcome(self, last: str) -> str:
        """What became of the work when it was stopped, in words; `last` is what is told of the last picture."""
        if len(self.jobs) == 1:
            return f"{self._made[0].target} was written" if self._made else last
        left = [one_line(str(job.source)) for job in self.jobs if job not in {*self._made, *self._failures}]
        more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
        left = f"not made: {', '.join(left[:LISTED])}{more}" if left else ""
        return "; ".join(filter(None, [last, self._summary, left]))

    @property
    def _summary(self) -> str:
        return f"{len(self._made)} of {len(self.jobs)} pictures made"

    def _tell(self) -> None:
        self._tell_failures()
        if len(self.jobs) > 1:
            logging.log(logging.ERROR if self._failures else logging.INFO, self._summary)

    def _tell_failures(self) -> None:
        for failure in self._failures.values():
            logging.error("error: %s", failure)


def _line(job: Job, error: Exception) -> str:
    line, name = describe(error)[1], one_line(str(job.source))
    return line if name in line else f"{name}: {line}"
