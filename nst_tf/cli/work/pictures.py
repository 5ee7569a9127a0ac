"""Pictures from their files to their results, by any recipe."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nst_tf.cli.replay.record import Recording
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.shell.terminal import meter
from nst_tf.cli.work.batch import Batch, in_turn
from nst_tf.cli.work.checkpoint import CheckpointFolder
from nst_tf.cli.work.cluster import is_on_ray
from nst_tf.cli.work.folders import Folders
from nst_tf.cli.work.jobs import Job, Plan, plan_jobs
from nst_tf.cli.work.ray_batch import RayBatch
from nst_tf.cli.work.report import report
from nst_tf.images import Picture, Source, read_image, read_to_shrink, write_image
from nst_tf.memory import FIXED, fits_machine
from nst_tf.progress import Checkpoint, Progress, Result

__all__ = ["make_pictures", "watch", "write_picture"]

PER_PIXEL_KEPT = 500.0  # bytes, by tiles, where TensorFlow keeps all that it once had, as seen at 12 megapixels

Begin = Callable[[Picture | None, Checkpoint | None], Iterator[Progress]]
Facts = Callable[[Result], dict[str, Any]]
Write = Callable[[Path, Picture, bytes], None]
Save = Callable[[Progress, Result], None]


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
) -> Batch[Result] | Batch[None]:
    """Makes, writes and reports a picture of each content, or one of nothing if there is no content.

    Args:
        arguments: Of the command line: `output`, `preset` and what `add_running` adds.
        begin: The recipe: from a content (`None` if there is none) and the checkpoint to go on from (`None` if there is
            none) to its progress, up to the picture. Called once the content was read and TensorFlow was imported.
        contents: Image files, and folders of them; none for a recipe that makes pictures out of nothing.
        longest: Pixels of the longer side that contents are brought to, if they are.
        others: Further files that are read, and therefore not to be replaced; `None` for one that is not given.
        facts: What else there is to tell of a result. All of it goes into the JSON, numbers also into the line for
            people.
        plan: The pictures to make, where they are planned already.
        write: Writes a picture to a file, with the XMP packet of its recipe, where it is not one to be written as
            `arguments` say.

    Returns:
        What makes them: iterate over it, for each picture's job and result, and it has the exit status then. It raises
        `NstError` for what cannot be made or written, and `Stopped` on a signal, after the picture so far was written.

    Raises:
        InputError: A file cannot be read or written, or not be used with the settings.
    """
    if plan is None:
        files = [Path(other) for other in others if other is not None]
        plan = plan_jobs(contents, arguments.output, files, arguments.bit_depth, Folders.asked(arguments))
    write = write or partial(write_picture, arguments)
    make = partial(_make, arguments, begin, facts, write, longest)
    return (
        RayBatch(arguments, plan, lambda: partial(_written, make))
        if is_on_ray(arguments)
        else Batch(plan, in_turn(make))
    )


def _written(make: Callable[[Job], Result], job: Job) -> None:
    """As `make`, for one who has no use for what is in the file already."""
    make(job)


def write_picture(arguments: Namespace, path: Path, picture: Source, xmp: bytes) -> None:
    """Writes a picture with the XMP packet of its recipe, as `arguments` say."""
    write_image(path, picture, quality=arguments.quality, bit_depth=arguments.bit_depth, xmp=xmp)


def _is_scarce(longest: int | None) -> bool:
    """Whether a picture with this longer side is to take less memory for more time: what is kept in between would not
    fit into the machine."""
    return longest is not None and not fits_machine(longest, longest, FIXED, PER_PIXEL_KEPT)


def _make(arguments: Namespace, begin: Begin, facts: Facts, write: Write, longest: int | None, job: Job) -> Result:
    content = None if job.content is None else _read(job.content, longest)
    recording = Recording(arguments, job.content)
    import_tensorflow(arguments.debug, _is_scarce(longest))
    kept = CheckpointFolder(job.target, recording.command)

    def save(progress: Progress, result: Result) -> None:
        stopped = None if result.finished else progress.step
        write(job.target, result.picture, recording.xmp(progress.seconds, stopped))

    progress, stop = watch(job, begin(content, kept.load()), arguments, save, kept.keep)
    if stop is not None and progress is None:
        raise stop
    result = progress.result()
    save(progress, result)
    if arguments.json or not arguments.quiet:
        report(job, arguments, progress, result, facts(result))
    if stop is None or result.finished:
        kept.remove()
    if stop is not None:
        goes_on = not result.finished and kept.save(progress)
        more = f"; the same command goes on from {kept.folder}" if goes_on else ""
        raise Stopped(stop.number, f"{job.target} is the picture so far{more}")
    return result


def _read(path: Path, longest: int | None) -> Picture:
    return read_image(path) if longest is None else read_to_shrink(path, longest)


def watch(
    job: Job, steps: Iterator[Progress], arguments: Namespace, save: Save, keep: Callable[[Progress], object]
) -> tuple[Progress | None, Stopped | None]:
    """Runs a recipe to its end or until a signal: shown, and saved now and then.

    Args:
        job: What is being made.
        steps: The progress of the recipe.
        arguments: Of the command line, with `quiet` and `save_every`.
        save: Writes the picture so far, after every so many evaluations.
        keep: Called with each progress, to keep a checkpoint now and then.

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
                    save(last, last.result())
                keep(last)
    except Stopped as stop:
        return last, stop
    return last, None
