"""A comparison from files to a sheet or page: read, made one picture after the other, written together."""

import json
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import Meter, meter
from nst_tf.cli.work.comparison.page import write_page
from nst_tf.cli.work.comparison.plan import Cell, Comparison
from nst_tf.cli.work.comparison.sheet import lay_out
from nst_tf.cli.work.options import with_first_image
from nst_tf.errors import InputError
from nst_tf.images import Picture, check_target, check_writable, read_image, write_image

__all__ = ["Making"]

PAGES = (".html", ".htm")


class Making:
    """What is to be made, of pictures that were read; `run` makes it.

    Args:
        comparison: What to make.
        arguments: Of the command line: `output`, `fast`, `time_limit`, `quality`, `json` and `quiet`.

    Raises:
        InputError: The output cannot be written, or is one of the images to read, or one of these cannot be read.
    """

    def __init__(self, comparison: Comparison, arguments: Namespace):
        self._comparison, self._arguments = comparison, arguments
        self._check_output()
        self._content = read_image(comparison.content)
        self._styles = {path: read_image(path) for path in comparison.paintings.values()}
        if not arguments.fast:
            for settings in {cell.settings.init: cell.settings for cell in comparison.cells}.values():
                with_first_image(settings)  # so that an image which cannot be read is told before anything is made
        self._made: dict[int, Picture] = {}

    def _check_output(self) -> None:
        output = Path(self._arguments.output)
        check_target(output) if self._is_page else check_writable(output)
        for path in map(Path, (self._comparison.content, *self._comparison.paintings.values())):
            if path.exists() and output.exists() and path.samefile(output):
                raise InputError(f"{output} is one of the images to read, and would be replaced; name another with -o")

    @property
    def _is_page(self) -> bool:
        return Path(self._arguments.output).suffix.lower() in PAGES

    def run(self) -> int:
        """Makes and writes all pictures, those that there are if it ends early; gives the exit status.

        Raises:
            NstError: The first picture cannot be made, or the result not be written.
            Stopped: On a signal.
        """
        status, cells = 0, self._comparison.cells
        try:
            for number, cell in enumerate(cells):
                self._made[number] = self._make(cell, f"{number + 1}/{len(cells)} {one_line(cell.name)}")
        except Stopped as stop:
            if not self._made:
                raise
            self._write()
            raise Stopped(stop.number, self._outcome) from None
        except Exception as error:
            if not self._made or not is_expected(error):
                raise
            status, line = describe(error)
            logging.error("error: %s: %s; %s", one_line(cells[len(self._made)].name), line, self._outcome)
        self._write()
        if not status and not self._arguments.quiet and not self._arguments.json:
            print(f"wrote {one_line(self._arguments.output)} ({len(cells)} pictures)", flush=True)
        return status

    def _make(self, cell: Cell, name: str) -> Picture:
        began = time.monotonic()
        with meter(name, self._arguments.quiet) as shown:
            picture = self._painted(cell, shown)
        if self._arguments.json:
            print(json.dumps(self._record(cell, picture, time.monotonic() - began)), flush=True)
        return picture

    def _painted(self, cell: Cell, shown: Meter) -> Picture:
        style = self._styles[cell.painting]
        if self._arguments.fast:
            from nst_tf.one_pass.painter import FastPainter

            return FastPainter(style, cell.settings)(self._content)
        from nst_tf.recipes.stylize.stylize import run_stylize

        settings = with_first_image(cell.settings)
        for progress in run_stylize(self._content, [style], settings, self._arguments.time_limit):
            shown.show(progress)
        return progress.result().picture

    def _record(self, cell: Cell, picture: Picture, seconds: float) -> dict[str, Any]:
        height, width = picture.pixels.shape[:2]
        return {
            "content": self._comparison.content,
            "style": cell.painting,
            "varied": list(cell.labels),
            "command": cell.command,
            "output": self._arguments.output,
            "width": width,
            "height": height,
            "seconds": round(seconds, 3),
        }

    @property
    def _outcome(self) -> str:
        return f"{self._arguments.output} has {len(self._made)} of {len(self._comparison.cells)} pictures"

    def _write(self) -> None:
        names = {name: self._styles[path] for name, path in self._comparison.paintings.items()}
        originals = [("photograph", self._content), *names.items()]
        output, quality = self._arguments.output, self._arguments.quality
        if self._is_page:
            write_page(output, self._comparison, originals, self._made, quality)
        else:
            write_image(output, lay_out(self._comparison, originals, self._made), quality=quality)
