"""One picture from its file to its result."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from nst_tf.cli.failure import one_line
from nst_tf.cli.jobs import Job
from nst_tf.cli.quiet import import_tensorflow
from nst_tf.cli.report import report
from nst_tf.cli.stop import Stopped
from nst_tf.cli.terminal import meter
from nst_tf.errors import unknown
from nst_tf.images import read_image, write_image

__all__ = ["Transfer"]


class Transfer:
    """Makes pictures as the user asked; TensorFlow is imported with the first whose content can be read.

    Args:
        arguments: Of the command line.
        changes: The settings to change in the preset.

    Raises:
        InputError: An image of style, or the one to start from, cannot be read.
    """

    def __init__(self, arguments: Namespace, changes: dict[str, Any]):
        self.arguments = arguments
        self.changes = {**changes, "init": _start(changes["init"])}
        self.styles = [read_image(style) for style in arguments.styles]

    @property
    def images(self) -> list[Path]:
        """The files that are read besides the contents."""
        return [Path(file) for file in (*self.arguments.styles, self.arguments.init) if file is not None]

    def __call__(self, job: Job) -> None:
        """Makes, writes and reports one picture; when it is stopped, the one that there is by then.

        Raises:
            InputError: The content cannot be read, or not be used with the settings.
            NstError: The result cannot be written.
            Stopped: On a signal, after all was written.
        """
        last, stop = self._paint(job)
        if last is None:
            raise Stopped(stop.number, f"nothing was written for {job.content}")
        self._finish(job, last)
        if stop is not None:
            raise Stopped(stop.number, f"{job.target} is the picture so far")

    def _paint(self, job):
        last, saved, every = None, 0, self.arguments.save_every
        try:
            with meter(one_line(job.content.name), self.arguments.quiet) as shown:
                for last in self._steps(job):
                    shown.show(last)
                    if every and last.step // every > saved:
                        saved = last.step // every
                        self._write(job, last.result())
        except Stopped as stop:
            return last, stop
        return last, None

    def _steps(self, job):
        content = read_image(job.content)
        import_tensorflow(self.arguments.debug)
        from nst_tf.recipes.stylize import stylize_steps

        options = {"preset": self.arguments.preset, "time_limit": self.arguments.time_limit}
        return stylize_steps(content, self.styles, **options, **self.changes)

    def _finish(self, job, progress):
        result = progress.result()
        self._write(job, result)
        if self.arguments.json or not self.arguments.quiet:
            report(job, self.arguments, progress, result)

    def _write(self, job, result):
        options = {"quality": self.arguments.quality, "bit_depth": self.arguments.bit_depth}
        write_image(job.target, result.picture, **options)


def _start(init: str | None) -> Any:
    if init in (None, "content", "noise"):
        return init
    if not os.path.exists(init):
        raise unknown("start", init, ["content", "noise", "or an image file"])
    return read_image(init).pixels
