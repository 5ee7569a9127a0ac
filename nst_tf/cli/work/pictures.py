"""Pictures from their files to their results, by any recipe."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.shell.terminal import meter
from nst_tf.cli.work.batch import Batch
from nst_tf.cli.work.folders import Folders
from nst_tf.cli.work.jobs import Job, Plan, plan_jobs
from nst_tf.cli.work.report import report
from nst_tf.images import Picture, read_image, read_to_shrink, write_image
from nst_tf.progress import Progress, Result

__all__ = ["make_pictures", "watch"]

Begin = Callable[[Picture | None], Iterator[Progress]]
Facts = Callable[[Result], dict[str, Any]]
Write = Callable[[Path, Picture], None]


def _nothing(result: Result) -> dict[str, Any]:
    return {}


def make_pictures(
    arguments: Namespace,
    begin: Begin,
    contents: Sequence[str] = (),
    *,
    longest: int | None = None,
    others: Sequence[str | None] = (),
    facts: Facts = _nothing,
    plan: Plan | None = None,
    write: Write | None = None,
) -> Batch[Result]:
    """Makes, writes and reports a picture of each content, or one of nothing if there is no content.

    Args:
        arguments: Of the command line: `output`, `preset` and what `add_running` adds.
        begin: The recipe: from a content (`None` if there is none) to its progress, up to the picture. Called once the
            content was read and TensorFlow was imported.
        contents: Image files, and folders of them; none for a recipe that makes pictures out of nothing.
        longest: Pixels of the longer side that contents are brought to, if they are.
        others: Further files that are read, and therefore not to be replaced; `None` for one that is not given.
        facts: What else there is to tell of a result. All of it goes into the JSON, numbers also into the line for
            people.
        plan: The pictures to make, where they are planned already.
        write: Writes a picture to a file, where it is not one to be written as `arguments` say.

    Returns:
        What makes them: iterate over it, for each picture's job and result, and it has the exit status then. It raises
        `NstError` for what cannot be made or written, and `Stopped` on a signal, after the picture so far was written.

    Raises:
        InputError: A file cannot be read or written, or not be used with the settings.
    """
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    if plan is None:
        files = [Path(other) for other in others if other is not None]
        plan = plan_jobs(contents, arguments.output, files, arguments.bit_depth, Folders.asked(arguments))
    write = write or partial(write_image, quality=arguments.quality, bit_depth=arguments.bit_depth)
    return Batch(plan, partial(_make, arguments, begin, facts, write, longest))


def _make(arguments: Namespace, begin: Begin, facts: Facts, write: Write, longest: int | None, job: Job) -> Result:
    content = None if job.content is None else _read(job.content, longest)
    import_tensorflow(arguments.debug)
    progress, stop = watch(job, begin(content), arguments, write)
    if stop is not None and progress is None:
        raise stop
    result = progress.result()
    write(job.target, result.picture)
    if arguments.json or not arguments.quiet:
        report(job, arguments, progress, result, facts(result))
    if stop is not None:
        raise Stopped(stop.number, f"{job.target} is the picture so far")
    return result


def _read(path: Path, longest: int | None) -> Picture:
    return read_image(path) if longest is None else read_to_shrink(path, longest)


def watch(
    job: Job, steps: Iterator[Progress], arguments: Namespace, write: Write
) -> tuple[Progress | None, Stopped | None]:
    """Runs a recipe to its end or until a signal: shown, and saved now and then.

    Args:
        job: What is being made.
        steps: The progress of the recipe.
        arguments: Of the command line, with `quiet` and `save_every`.
        write: Writes the picture so far, after every so many evaluations.

    Returns:
        The last progress, `None` if there was none; and the signal that stopped it, or `None`.
    """
    last, saved, every = None, 0, arguments.save_every
    try:
        with meter(job.name, arguments.quiet) as shown:
            for last in steps:
                shown.show(last)
                if every and last.step // every > saved:
                    saved = last.step // every
                    write(job.target, last.result().picture)
    except Stopped as stop:
        return last, stop
    return last, None
