"""`nst-tf dream --zoom`: the zoom into a dream, as an animation."""

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.tensorflow_import import import_tensorflow
from nst_tf.cli.shell.terminal import Meter, meter
from nst_tf.cli.work.jobs import Job
from nst_tf.cli.work.report import report
from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.images.animation import check_animation, frame_bytes, write_animation
from nst_tf.progress import Progress

__all__ = ["make_zoom"]


def make_zoom(arguments: Namespace, settings: dict[str, Any]) -> int:
    """Makes, writes and reports an animation; when it is stopped, of the frames that there are by then.

    Args:
        arguments: Of the command line.
        settings: Options of `dream_zoom`.

    Returns:
        The exit status.

    Raises:
        InputError: There are several images, or a file cannot be read or written.
        NstError: The animation cannot be written.
        Stopped: On a signal, after the frames so far were written.
    """
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    zoom = _Zoom(_job(arguments), arguments)
    stop = zoom.watch(settings)
    if not zoom.frames:
        raise Stopped(stop.number, f"nothing was written for {zoom.job.source}")
    zoom.finish()
    if stop is not None:
        raise Stopped(stop.number, f"{zoom.job.target} has the frames so far, {len(zoom.frames)}")
    return 0


def _job(arguments: Namespace) -> Job:
    if len(arguments.images) > 1 or any(map(os.path.isdir, arguments.images)):
        raise InputError("a zoom is made of one image; name one that is no folder")
    if arguments.save_every:
        raise InputError("--save-every is for pictures; a zoom that is stopped writes the frames that there are")
    check_animation(arguments.output)
    for file in (*arguments.images, arguments.guide):
        if file is not None and os.path.exists(arguments.output) and os.path.samefile(file, arguments.output):
            raise InputError(f"{file} is one of the images to read, and would be replaced; name another with -o")
    return Job(Path(arguments.images[0]) if arguments.images else None, Path(arguments.output))


class _Zoom:
    """The frames so far, as bytes, and where the last of them stands."""

    def __init__(self, job: Job, arguments: Namespace):
        self.job, self.arguments = job, arguments
        self.frames, self.progress, self.result = [], None, None

    def watch(self, settings: dict[str, Any]) -> Stopped | None:
        """Dreams up to the end or to a signal, which is returned."""
        image = None if self.job.content is None else read_image(self.job.content)
        import_tensorflow(self.arguments.debug)
        from nst_tf.recipes.dream.zoom import dream_zoom

        options = {"time_limit": self.arguments.time_limit, **settings}
        try:
            with meter(self.job.name, self.arguments.quiet) as shown:
                for result in dream_zoom(image, self.arguments.zoom, callback=self._seen_by(shown), **options):
                    self.result = result
                    self.frames.append(frame_bytes(result.image))
        except Stopped as stop:
            return stop
        return None

    def _seen_by(self, shown: Meter) -> Callable[[Progress], None]:
        def see(progress: Progress) -> None:
            self.progress = progress
            shown.show(progress)

        return see

    def finish(self) -> None:
        """Writes and reports."""
        write_animation(self.job.target, self.frames)
        if self.arguments.json or not self.arguments.quiet:
            facts = {"guide": self.arguments.guide, "frames": len(self.frames)}
            report(self.job, self.arguments, self.progress, self.result, facts)
