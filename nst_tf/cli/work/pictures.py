"""Pictures from their files to their results, by any recipe."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.work.batch import run_batch
from nst_tf.cli.work.jobs import Job, plan_jobs
from nst_tf.cli.work.report import report
from nst_tf.cli.work.watch import watch
from nst_tf.images import Picture, read_image, write_image
from nst_tf.progress import Progress, Result

__all__ = ["make_pictures"]

Steps = Callable[[Picture | None], Iterator[Progress]]
Facts = Callable[[Result], dict[str, Any]]


def _none(result: Result) -> dict[str, Any]:
    return {}


def make_pictures(
    arguments: Namespace,
    steps: Steps,
    contents: Sequence[str] = (),
    *,
    others: Sequence[str | None] = (),
    facts: Facts = _none,
) -> int:
    """Makes, writes and reports a picture of each content, or one of nothing if there is no content.

    Args:
        arguments: Of the command line: `output`, `preset` and what `add_running` adds.
        steps: The recipe: from a content (`None` if there is none) to its progress, up to the picture. Called once the
            content was read and TensorFlow was imported.
        contents: Image files, and folders of them; none for a recipe that makes pictures out of nothing.
        others: Further files that are read, and therefore not to be replaced; `None` for one that is not given.
        facts: What else there is to tell of a result. All of it goes into the JSON, numbers also into the line for
            people.

    Returns:
        The exit status.

    Raises:
        InputError: A file cannot be read or written, or not be used with the settings.
        NstError: The result cannot be written.
        Stopped: On a signal, after the picture so far was written.
    """
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    files = [Path(other) for other in others if other is not None]
    jobs = plan_jobs(contents, arguments.output, files, arguments.bit_depth)
    maker = _Maker(arguments, steps, facts)
    if len(jobs) > 1:
        return run_batch(jobs, maker)
    maker(jobs[0])
    return 0


class _Maker:
    """Makes one picture at a time."""

    def __init__(self, arguments: Namespace, steps: Steps, facts: Facts):
        self.arguments, self.steps, self.facts = arguments, steps, facts

    def __call__(self, job: Job) -> None:
        progress, stop = watch(
            job.name, lambda: self._begin(job), self.arguments, lambda result: self._write(job, result)
        )
        if progress is None:
            raise Stopped(stop.number, f"nothing was written for {job.source}")
        result = progress.result()
        self._write(job, result)
        if self.arguments.json or not self.arguments.quiet:
            report(job, self.arguments, progress, result, self.facts(result))
        if stop is not None:
            raise Stopped(stop.number, f"{job.target} is the picture so far")

    def _begin(self, job: Job) -> Iterator[Progress]:
        content = None if job.content is None else read_image(job.content)
        import_tensorflow(self.arguments.debug)
        return self.steps(content)

    def _write(self, job: Job, result: Result) -> None:
        options = {"quality": self.arguments.quality, "bit_depth": self.arguments.bit_depth}
        write_image(job.target, result.picture, **options)
