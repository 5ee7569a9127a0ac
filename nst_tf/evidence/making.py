"""Makes rows and keeps them: a picture and a record for each, and the page of all."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nst_tf.evidence.page import page
from nst_tf.evidence.row import Finding, Row, Studio
from nst_tf.images import atomic_write, fit, make_folder, resize_image, write_image

__all__ = ["Making"]

LONGEST, QUALITY = 820, 65  # pixels, and of JPEG: a page of them is to be small


class Making:
    """A folder of evidence: `index.md`, for each row `NAME.json` and `NAME.jpg`, and `scratch/`, which may be deleted.

    Args:
        rows: All that the page is to have.
        out: The folder, made if it is missing.
        size: See `Studio`; rows that were made at another size are made again.

    Raises:
        InputError: The folder cannot be made or written to.
    """

    def __init__(self, rows: Sequence[Row], out: Path, size: str = "full"):
        self._rows, self._out, self._size = rows, out, size
        make_folder(out)
        self._studio = Studio(out / "scratch" / size, size)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """What is kept of each row that is finished: `ours`, `checks`, `verdict`, `seconds` and `picture`, by name."""
        found = {row.name: _read(self._out / f"{row.name}.json") for row in self._rows}
        return {name: record for name, record in found.items() if record.get("size") == self._size}

    def make(self, row: Row) -> None:
        """Makes a row, keeps it, and writes the page anew.

        Raises:
            InputError: A file cannot be written to.
            NstError: As what finds it, or the disk is full or fails.
        """
        began = time.monotonic()
        finding = row.make(self._studio)
        self._keep(row, finding, time.monotonic() - began)
        self.write_page()

    def _keep(self, row: Row, finding: Finding, seconds: float) -> None:
        name = None if finding.picture is None else f"{row.name}.jpg"
        if name:
            write_image(self._out / name, _fitted(finding.picture), quality=QUALITY)
        checks = {check: bool(held) for check, held in finding.checks.items()}
        record = {"size": self._size, "ours": finding.ours, "checks": checks, "verdict": finding.verdict,
                  "seconds": round(seconds, 1), "picture": name}  # fmt: skip
        # Last, so that a row which has a record is whole.
        self._write(f"{row.name}.json", json.dumps(record, indent=1))

    def write_page(self) -> None:
        """Writes the page of all that is finished.

        Raises:
            NstError: The disk is full or fails.
        """
        self._write("index.md", page(self._rows, self.records, self._size))

    def _write(self, name: str, text: str) -> None:
        with atomic_write(self._out / name) as file:
            file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def _fitted(picture: np.ndarray) -> np.ndarray:
    return picture if max(picture.shape) <= LONGEST else resize_image(picture, fit(picture.shape, LONGEST))


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # none, or one that somebody damaged: it is made again
        return {}
