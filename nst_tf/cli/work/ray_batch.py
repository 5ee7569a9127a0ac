"""Pictures that the workers of a Ray cluster make: each by what one machine does alone, none lost, none made twice."""

import contextlib
import io
import os
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from absl import logging

from nst_tf.cli.shell.failure import describe, one_line
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import Lines, Meter
from nst_tf.cli.work.batch import Batch
from nst_tf.cli.work.checkpoint import is_kept
from nst_tf.cli.work.cluster import begin_work, told
from nst_tf.cli.work.jobs import Job, Plan
from nst_tf.errors import NstError
from nst_tf.progress import Stage

if TYPE_CHECKING:  # `--help` need not wait for it
    from nst_tf.distributed import Mirror

__all__ = ["QUICK", "RayBatch"]

QUICK = 8  # pictures that a worker takes at once where each takes less than some seconds
SECONDS_BETWEEN_MANIFESTS = 10.0  # that are brought elsewhere

Made = TypeVar("Made")
Make = Callable[[Job], Made]
Stamp = tuple[int | None, int] | None


class _Task(NamedTuple):
    """A picture, and what was in the place of its result when the work began."""

    job: Job
    before: Stamp


class _Done(NamedTuple):
    """What a worker gives: what there is to know of a picture, and what was printed of it."""

    made: Any
    out: str = ""
    err: str = ""


class _Worker(Generic[Made]):
    """What each worker does with a picture.

    Args:
        mirrors: Of folders elsewhere.
        folder: Against which paths are meant.
        opened: Gives what makes a picture.
    """

    def __init__(self, mirrors: Sequence["Mirror"], folder: str, opened: Callable[[], Make[Made]]):
        begin_work(folder)
        self._mirrors, self._make = mirrors, opened()

    def __call__(self, task: _Task) -> _Done:
        job = task.job
        mirrored = [(mirror, path) for mirror in self._mirrors for path in dict.fromkeys(job) if mirror.holds(path)]
        if job.target != job.content and self._is_made(task):
            return _Done(None)
        with _printed() as (out, err):
            made = self._transferred(job, mirrored)
        return _Done(made, out.getvalue(), err.getvalue())

    def _is_made(self, task: _Task) -> bool:
        """Whether it was made by a worker that did not live to tell."""
        now = _stamp_of(task.job.target, self._mirrors)
        return now is not None and now != task.before and not is_kept(task.job.target)

    def _transferred(self, job: Job, mirrored: Sequence[tuple["Mirror", Path]]) -> Made:
        try:
            for mirror, path in mirrored:
                path.parent.mkdir(parents=True, exist_ok=True)
                if path == job.content:
                    mirror.fetch(path)
            made = self._make(job)
            for mirror, path in mirrored:
                if path != job.content:
                    mirror.put(path)
            return made
        finally:
            for _, path in mirrored:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _printed() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What is printed and logged in the block."""
    out, err = io.StringIO(), io.StringIO()
    handler = logging.get_absl_handler().python_handler
    before, handler.stream = handler.stream, err
    try:
        with contextlib.redirect_stdout(out):
            yield out, err
    finally:
        handler.stream = before


def _stamp_of(path: Path, mirrors: Sequence["Mirror"]) -> Stamp:
    """By which it is seen that a file was written anew; `None` if there is none."""
    for mirror in mirrors:
        if mirror.holds(path):
            return mirror.stamp(path)
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


class RayBatch(Batch[Made]):
    """As `Batch`, by the workers of a cluster; what fails, in whatever way, stops none of the others.

    Args:
        arguments: Of the command line, with what `add_cluster` adds.
        plan: The pictures.
        opened: Called in each worker, gives what makes one of them there.
        done: What is then said of them.
        together: See `each_on_ray`.

    Attributes:
        status: The exit status: 1 if any failed, else 0.
    """

    FAILED = 1

    def __init__(
        self,
        arguments: Namespace,
        plan: Plan,
        opened: Callable[[], Make[Made]],
        done: str = "made",
        together: int = 1,
    ):
        super().__init__(plan, partial(self._on_ray, arguments, opened, together), done)
        self._mirrors, self._brought = arguments.mirrors, time.monotonic()

    def __iter__(self) -> Iterator[tuple[Job, Made]]:
        try:
            yield from super().__iter__()
        except Stopped as stop:
            raise Stopped(stop.number, told(self._mirrors, stop.outcome)) from None
        finally:
            self._bring_manifest()

    def _on_ray(
        self, arguments: Namespace, opened: Callable[[], Make[Made]], together: int, jobs: Sequence[Job]
    ) -> Iterator[tuple[Job, Made | Exception]]:
        from nst_tf.distributed import each_on_ray

        worker = partial(_Worker, self._mirrors, os.getcwd(), opened)
        where = {"workers": arguments.workers, "address": arguments.address, "debug": arguments.debug}
        quiet = vars(arguments).get("quiet") or vars(arguments).get("json")
        done = each_on_ray(worker, self._tasks(arguments, jobs), together=together, **where)
        with contextlib.closing(done), Meter() if quiet else Lines("") as shown:
            for number, (task, outcome) in enumerate(done, 1):
                yield task.job, self._taken(outcome)
                shown.show(Stage(f"pictures {self.done}", number, len(jobs)))

    def _tasks(self, arguments: Namespace, jobs: Sequence[Job]) -> list[_Task]:
        listed = arguments.stamps
        return [_Task(job, listed[job.target] if job.target in listed else _stamp_of(job.target, ())) for job in jobs]

    def _taken(self, outcome: _Done | Exception) -> Made | Exception:
        """What there is to know of a picture, after what there was to print of it."""
        if isinstance(outcome, Exception):
            failure = NstError(told(self._mirrors, describe(outcome)[1]))
            failure.__cause__ = outcome
            return failure
        for text, print_line in ((outcome.out, partial(print, flush=True)), (outcome.err, _log)):
            for line in told(self._mirrors, text).splitlines():
                print_line(line)
        return outcome.made

    def _record(self, job: Job, error: str | None = None) -> None:
        super()._record(job._replace(content=told(self._mirrors, str(job.content))), error)
        if time.monotonic() > self._brought + SECONDS_BETWEEN_MANIFESTS:
            self._bring_manifest()

    def _bring_manifest(self) -> None:
        """Takes the manifest to where the pictures are."""
        self._brought = time.monotonic()
        for mirror in self._mirrors if self._manifest is not None else ():
            if mirror.holds(self._manifest.path) and self._manifest.path.exists():
                mirror.put(self._manifest.path)

    def _tell_failures(self) -> None:
        if not self._failures:
            return
        rows = {told(self._mirrors, one_line(str(job.source))): line for job, line in self._failures.items()}
        wide = max(map(len, rows))
        lines = "".join(f"\n{name.ljust(wide)}  {line}" for name, line in {"picture": "why", **rows}.items())
        logging.error("error: not %s:%s", self.done, lines)


def _log(line: str) -> None:
    logging.warning("%s", line.removeprefix("nst-tf: "))
