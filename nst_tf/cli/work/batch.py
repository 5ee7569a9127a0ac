"""Many pictures, one after the other; one that fails does not stop the others."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work.jobs import Job

__all__ = ["Batch"]

Made = TypeVar("Made")


class Batch(Generic[Made]):
    """Makes all pictures that can be made as one iterates over it, then tells which could not.

    What fails alone is raised.

    Args:
        jobs: The pictures.
        make: Makes one of them, and returns what there is to know of it.

    Attributes:
        status: The exit status: 2 if any failed, else 0.
    """

    def __init__(self, jobs: Sequence[Job], make: Callable[[Job], Made]):
        self.jobs, self.make, self.status = jobs, make, 0
        self._failures, self._done = [], 0

    def __iter__(self) -> Iterator[tuple[Job, Made]]:
        if len(self.jobs) == 1:
            yield self.jobs[0], self.make(self.jobs[0])
            return
        try:
            yield from self._several()
        except Stopped as stop:
            raise Stopped(stop.number, self._outcome(stop)) from None
        finally:
            self._tell()

    def finish(self) -> int:
        """Makes all of them, for one who needs no results; gives the exit status."""
        if len(self.jobs) == 1:
            self.make(self.jobs[0])
        else:
            for _ in self:
                pass
        return self.status

    def _several(self) -> Iterator[tuple[Job, Made]]:
        for job in self.jobs:
            try:
                made = self.make(job)
            except Exception as error:
                if not is_expected(error):
                    raise
                self._failures.append(_line(job, error))
                self.status = 2
                continue
            self._done += 1
            yield job, made

    def _outcome(self, stop: Stopped) -> str:
        """What became of the work when it was stopped."""
        if not self._done:
            return str(stop)
        plural = "picture was" if self._done == 1 else "pictures were"
        written = f"{self._done} {plural} written before"
        return written if str(stop) == str(Stopped(stop.number)) else f"{stop}; {written}"

    def _tell(self) -> None:
        for failure in self._failures:
            logging.error("error: %s", failure)
        level = logging.ERROR if self._failures else logging.INFO
        logging.log(level, "%d of %d pictures made", self._done, len(self.jobs))


def _line(job: Job, error: Exception) -> str:
    line, name = describe(error)[1], one_line(str(job.source))
    return line if name in line else f"{name}: {line}"
