"""`nst-tf stylize` by one pass of a trained network: ours for any style, one for a few styles, or a TF-Hub module."""

import json
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from absl import logging

from nst_tf.cli.batch import run_batch
from nst_tf.cli.failure import one_line
from nst_tf.cli.jobs import Job, plan_jobs
from nst_tf.cli.report import peak_memory_mb
from nst_tf.cli.values import share
from nst_tf.errors import InputError
from nst_tf.images import Picture, read_image, write_image
from nst_tf.recipes.settings import PRESETS

__all__ = ["add_feed_forward", "is_feed_forward", "run_feed_forward"]

KINDS = ("fast", "network", "hub")
SHARED = {
    "fast": ("size", "style_scale", "style_blend", "preserve_color", "strength", "smooth", "decoder"),
    "network": ("size", "style_blend"),
    "hub": ("size",),
}
OPTIMISING = ("time_limit", "save_every", *(name for name in PRESETS.types))
OWN = ("strength", "smooth", "decoder")
AHEAD = 3  # pictures read, painted or to be written at a time

Paint = Callable[[Picture], Picture]


def add_feed_forward(parser) -> None:
    """Adds the options of style transfer by one pass."""
    group = parser.add_argument_group("in one pass of a trained network, instead of optimising")
    kind = group.add_mutually_exclusive_group()
    kind.add_argument("--fast", action="store_true", help="by the network for any style that comes with nst_tf")
    kind.add_argument("--network", metavar="RUN", help="by a network of `nst-tf train-style`, which knows its styles")
    kind.add_argument("--hub", metavar="HANDLE", help="by an image stylisation module of TF-Hub: its folder or address")
    group.add_argument("--strength", type=share, metavar="NUMBER",
                       help="of --fast: 0 gives the content, 1 all of the style (default: 1)")  # fmt: skip
    group.add_argument("--smooth", type=share, metavar="NUMBER",
                       help="of --fast, for the frames of a film: how much of the style's map is kept from frame to "
                            "frame, below 1 (default: 0)")  # fmt: skip
    group.add_argument("--decoder", metavar="RUN", help="of --fast: a decoder of `nst-tf train-decoder`")


def is_feed_forward(arguments: Namespace) -> bool:
    """Whether one pass is asked for.

    Raises:
        InputError: It is not, but an option was given that has a meaning only then.
    """
    if any(getattr(arguments, kind) for kind in KINDS):
        return True
    for name in OWN:
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name} has a meaning only with --fast")
    return False


def _given(arguments: Namespace) -> dict[str, Any]:
    """The settings that the user gave, of those that the kind of network knows."""
    (kind,) = (kind for kind in KINDS if getattr(arguments, kind))
    if arguments.preset != "default":
        raise InputError(f"--preset has no meaning with --{kind}, which does not optimise")
    given = {name: getattr(arguments, name) for name in (*OPTIMISING, *OWN) if getattr(arguments, name) is not None}
    for name in given:
        if name not in SHARED[kind]:
            raise InputError(f"--{name.replace('_', '-')} has no meaning with --{kind}")
    return given


def run_feed_forward(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    given = _given(arguments)
    from nst_tf.cli.quiet import import_tensorflow

    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    styles = [read_image(style) for style in arguments.styles]
    contents = [arguments.content, *arguments.more]
    jobs = plan_jobs(contents, arguments.output, map(Path, arguments.styles), arguments.bit_depth)
    import_tensorflow(arguments.debug)
    paint = _painter(arguments, styles, given)
    with Pipeline(jobs, paint, arguments) as pipeline:
        if len(jobs) > 1:
            return run_batch(jobs, pipeline)
        pipeline(jobs[0])
    return 0


def _painter(arguments: Namespace, styles: Sequence[Picture], given: dict[str, Any]) -> Paint:
    if arguments.hub:
        return _hub_painter(arguments.hub, styles, given)
    if arguments.network:
        return _network_painter(arguments.network, styles, given)
    from nst_tf.recipes.fast import FastPainter
    from nst_tf.recipes.fast_settings import FAST

    decoder = given.pop("decoder", None)
    return FastPainter(styles, FAST.choose(**given), decoder)


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
    """

    def __init__(self, jobs: Sequence[Job], paint: Paint, arguments: Namespace):
        self._paint, self._arguments = paint, arguments
        self._slots, self._ended = threading.Semaphore(AHEAD), False
        self._workers = [ThreadPoolExecutor(1) for _ in range(3)]
        self._done = {job: self._begin(job) for job in jobs}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended = True
        for worker in self._workers:
            worker.shutdown(wait=False, cancel_futures=True)
        # A reader that waits for its turn shall not wait for ever.
        self._slots.release(AHEAD)

    def __call__(self, job: Job) -> None:
        """Waits for a picture, and reports it."""
        done = self._done.pop(job).result()
        if self._arguments.json:
            print(json.dumps(self._record(job, done)), flush=True)
        elif not self._arguments.quiet:
            print(f"wrote {one_line(str(job.target))} ({done.width}x{done.height}, {done.seconds:.2f} s)", flush=True)

    def _record(self, job: Job, done: Done) -> dict[str, Any]:
        return {
            "content": str(job.content),
            "styles": self._arguments.styles,
            "output": str(job.target),
            **done._asdict(),
            "peak_memory_mb": peak_memory_mb(),
        }

    def _begin(self, job: Job) -> Future:
        reader, painter, writer = self._workers
        content = reader.submit(self._read, job)
        painted = painter.submit(self._timed, content)
        return writer.submit(self._write, job, painted)

    def _read(self, job: Job) -> Picture:
        self._slots.acquire()
        if self._ended:
            raise InputError("it was stopped")
        return read_image(job.content)

    def _timed(self, content: Future) -> tuple[Picture, float]:
        picture, began = content.result(), time.perf_counter()
        return self._paint(picture), time.perf_counter() - began

    def _write(self, job: Job, painted: Future) -> Done:
        try:
            picture, seconds = painted.result()
            write_image(job.target, picture, quality=self._arguments.quality, bit_depth=self._arguments.bit_depth)
            return Done(*picture.pixels.shape[:2], round(seconds, 3))
        finally:
            self._slots.release()


def _hub_painter(handle: str, styles: Sequence[Picture], given: dict[str, Any]) -> Paint:
    from nst_tf.fast.hub import hub_stylize
    from nst_tf.recipes.fast_settings import FastSettings
    from nst_tf.recipes.sources import dressed

    if len(styles) > 1:
        raise InputError(f"--hub takes one style, and {len(styles)} were given")
    size = given.get("size", FastSettings.size)
    return lambda content: dressed(hub_stylize(handle, content.pixels, styles[0].pixels, size), content)


def _network_painter(run: str, styles: Sequence[Picture], given: dict[str, Any]) -> Paint:
    from nst_tf.fast.style_network import load_style_network
    from nst_tf.images import fit, resize
    from nst_tf.recipes.fast_settings import FastSettings
    from nst_tf.recipes.sources import dressed

    if styles:
        raise InputError("--network knows its styles already; give only CONTENT, and --style-blend for its styles")
    network, size = load_style_network(run), given.get("size", FastSettings.size)

    def paint(content):
        pixels = resize(content.pixels, fit(content.pixels.shape, size)).clip(0, 1)
        return dressed(network.stylize(pixels, given.get("style_blend", ())), content)

    return paint
