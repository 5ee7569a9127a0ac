"""Pictures from their files to their results by one pass of a network each: read, painted and written side by side."""

import json
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from nst_tf.cli.replay.record import Recording
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.work.areas import Areas
from nst_tf.cli.work.batch import Batch, in_turn
from nst_tf.cli.work.cluster import is_on_ray
from nst_tf.cli.work.folders import Folders
from nst_tf.cli.work.jobs import Job, plan_jobs
from nst_tf.cli.work.pictures import write_picture
from nst_tf.cli.work.ray_batch import QUICK, RayBatch
from nst_tf.cli.work.report import peak_memory_mb
from nst_tf.errors import InputError
from nst_tf.images import Picture, read_to_shrink
from nst_tf.one_pass.settings import FAST

__all__ = ["Pipeline", "paint_pictures"]

AHEAD = 3  # pictures read, painted or to be written at a time

Paint = Callable[[Picture], Picture]


def paint_pictures(arguments: Namespace, given: dict[str, Any]) -> int:
    """Makes, writes and reports a picture of each content.

    Args:
        arguments: Of `nst-tf stylize`.
        given: The settings that the user gave, of those that the kind of network knows.

    Returns:
        The exit status.

    Raises:
        InputError: A file cannot be read or written, or not be used with the settings.
        NstError: The result cannot be written.
    """
    areas = Areas(arguments)
    settings = FAST.choose(**{name: given[name] for name in ("size", "style_scale") if name in given})
    measured = settings.size * max(1.0, settings.style_scale)
    styles = [read_to_shrink(style, measured) for style in arguments.styles]
    contents = [arguments.content, *arguments.more]
    files, folders = map(Path, [*arguments.styles, *areas.files]), Folders.asked(arguments)
    plan = plan_jobs(contents, arguments.output, files, arguments.bit_depth, folders)

    def opened() -> Callable[[Sequence[Job]], Pipeline]:
        import_tensorflow(arguments.debug)
        painter, facts = _painter(arguments, styles, areas, dict(given))
        return lambda jobs: Pipeline(jobs, painter, arguments, areas.facts | facts, settings.size)

    if is_on_ray(arguments):
        return RayBatch(arguments, plan, lambda: partial(_painted, opened()), together=QUICK).finish()
    with opened()(plan.jobs) as pipeline:
        return Batch(plan, in_turn(pipeline), end=pipeline.end).finish()


def _painted(pipeline: Callable[[Sequence[Job]], "Pipeline"], job: Job) -> None:
    with pipeline([job]) as one:
        one(job)


def _painter(
    arguments: Namespace, styles: Sequence[Picture], areas: Areas, given: dict[str, Any]
) -> tuple[Paint, dict[str, Any]]:
    """What paints, and what there is to tell of it."""
    if arguments.hub:
        from nst_tf.one_pass.hub import HubPainter

        if len(styles) > 1:
            raise InputError(f"--hub takes one style, and {len(styles)} were given")
        return HubPainter(arguments.hub, styles[0], **given), {}
    if arguments.network:
        from nst_tf.one_pass.style_network import NetworkPainter

        if styles:
            raise InputError("--network knows its styles already; give only CONTENT, and their names: RUN:STYLE+STYLE")
        return NetworkPainter(arguments.network, given.pop("style_blend", ()), **given), {}
    from nst_tf.one_pass.decoder_file import load_stylizer
    from nst_tf.one_pass.painter import FastPainter

    decoder, settings = given.pop("decoder", None), FAST.choose(**given)

    def painter(content: Picture | None) -> Paint:
        return FastPainter(styles, settings, decoder, **areas.options(content, styles))

    paint = (lambda content: painter(content)(content)) if areas.differ else painter(None)
    return paint, {"precision": load_stylizer(decoder, settings.precision).precision}


class Done(NamedTuple):
    """A picture that was written."""

    height: int
    width: int
    seconds: float


class Pipeline:
    """Reads one picture, paints another and writes a third at the same time, in order; call it with each job.

    Args:
        jobs: The pictures, in the order in which they are to be asked for.
        paint: Makes a picture of a content.
        arguments: Of the command line.
        facts: What else there is to tell of each picture.
        longest: Pixels of the longer side that contents are brought to.
    """

    def __init__(self, jobs: Sequence[Job], paint: Paint, arguments: Namespace, facts: Mapping[str, Any], longest: int):
        self._paint, self._arguments, self._facts, self._longest = paint, arguments, facts, longest
        self._slots, self._writing, self._ended = threading.Semaphore(AHEAD), threading.Lock(), False
        self._workers = [ThreadPoolExecutor(1) for _ in range(3)]
        self._untold: dict[Job, Done] = {}
        self._waiting = {job: self._begin(job) for job in jobs}

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        with self._writing:  # what is being written becomes whole
            self._ended = True
        for worker in self._workers:
            worker.shutdown(wait=False, cancel_futures=True)
        # A reader that waits for its turn shall not wait for ever.
        self._slots.release(AHEAD)

    def __call__(self, job: Job) -> None:
        """Waits for a picture, and reports it."""
        self._waiting[job].result()
        self._report(job, self._untold[job])
        del self._untold[job]

    def end(self) -> list[Job]:
        """Begins nothing more, and reports the pictures that were written and not asked for."""
        self.__exit__()
        for job, done in self._untold.items():
            self._report(job, done)
        return list(self._untold)

    def _report(self, job: Job, done: Done) -> None:
        if self._arguments.json:
            print(json.dumps(self._record(job, done)), flush=True)
        elif not self._arguments.quiet:
            print(f"wrote {one_line(str(job.target))} ({done.width}x{done.height}, {done.seconds:.2f} s)", flush=True)

    def _record(self, job: Job, done: Done) -> dict[str, Any]:
        return {
            "content": str(job.content),
            "styles": self._arguments.styles,
            **self._facts,
            "output": str(job.target),
            **done._asdict(),
            "peak_memory_mb": peak_memory_mb(),
        }

    def _begin(self, job: Job) -> Future:
        reader, painter, writer = self._workers
        read = reader.submit(self._read, job)
        painted = painter.submit(self._timed, read)
        return writer.submit(self._write, job, read, painted)

    def _read(self, job: Job) -> tuple[Picture, Recording]:
        self._slots.acquire()
        self._check_ended()
        return read_to_shrink(job.content, self._longest), Recording(self._arguments, job.content)

    def _timed(self, read: Future) -> tuple[Picture, float]:
        (picture, _), began = read.result(), time.perf_counter()
        return self._paint(picture), time.perf_counter() - began

    def _write(self, job: Job, read: Future, painted: Future) -> None:
        try:
            picture, seconds = painted.result()
            _, recording = read.result()
            with self._writing:
                self._check_ended()
                write_picture(self._arguments, job.target, picture, recording.xmp(seconds))
                self._untold[job] = Done(*picture.pixels.shape[:2], round(seconds, 3))
        finally:
            self._slots.release()

    def _check_ended(self) -> None:
        if self._ended:
            raise InputError("it was stopped")
