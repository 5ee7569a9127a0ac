"""Runs the chapters, and keeps the pictures that they show: `python -m docs.tutorial.run [CHAPTER ...]`, in a checkout.

A chapter is a notebook in Jupytext's MyST Markdown. Where the text after a cell begins with a picture of `pictures/`,
that is what the cell shows.
"""

import io
import os
import re
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image
from traitlets.config import Config

import nst_tf

__all__ = ["CHAPTERS", "FOLDER", "SIZE", "read_chapter", "run_chapters", "shown_pictures"]

FOLDER = Path(__file__).parent
CHAPTERS = [path.stem for path in sorted(FOLDER.glob("[0-9]*.md"))]
SIZE = "NST_TF_TUTORIAL"  # the environment variable that chapters read: `small` is for tests
NAMED = re.compile(r"!\[[^\]]*\]\(pictures/([^)]+)\)")


def read_chapter(chapter: str) -> nbformat.NotebookNode:
    """The notebook of a chapter, such as `4-textures`, not run."""
    return jupytext.read(FOLDER / f"{chapter}.md")


def run_chapters(chapters: Sequence[str], size: str) -> Iterator[nbformat.NotebookNode]:
    """The notebooks after they ran, one after the other, in a kernel that forgets what each has made but not imported.

    Args:
        chapters: Names of their files, without the ending.
        size: `"full"` or `"small"`.
    """
    with tempfile.TemporaryDirectory() as runs:
        # Over files, not ports: of two kernels that start at once, one may take the port that the other is about to.
        files = Config({"KernelManager": {"transport": "ipc", "ip": f"{runs}/kernel"}})
        place = {"metadata": {"path": FOLDER}}
        client = NotebookClient(nbformat.v4.new_notebook(), timeout=1800, config=files, resources=place)
        client.startup_timeout = 300  # where others work, too
        with client.setup_kernel(env={**os.environ, SIZE: size, "TMPDIR": runs, "PYTHONPATH": str(FOLDER.parents[1])}):
            for chapter in chapters:
                client.nb = book = read_chapter(chapter)
                book.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
                for index, cell in enumerate(book.cells):
                    client.execute_cell(cell, index)
                del book.cells[0]
                yield book


def shown_pictures(book: nbformat.NotebookNode) -> dict[str, Image.Image]:
    """What the cells of a notebook that ran show, by the name that the text after each has for it.

    Raises:
        ValueError: A cell shows no picture, and the text after it has a name for one.
    """
    shown = {}
    for cell, text in pairwise(book.cells):
        if text.cell_type == "markdown" and (named := NAMED.match(text.source)):
            found = [output.data for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
            if not found:
                raise ValueError(f"no cell shows {named[1]}")
            shown[named[1]] = Image.open(io.BytesIO(b64decode(found[-1]["image/png"]))).convert("RGB")
    return shown


def main(chapters: list[str]) -> None:
    """Runs chapters, all by default, at full size, and writes their pictures."""
    chapters = chapters or CHAPTERS
    for chapter, book in zip(chapters, run_chapters(chapters, "full"), strict=True):
        for name, picture in shown_pictures(book).items():
            nst_tf.write_image(FOLDER / "pictures" / name, np.asarray(picture), quality=75)
            print(f"{chapter}: {name}, {picture.width}x{picture.height}")


if __name__ == "__main__":
    main(sys.argv[1:])
