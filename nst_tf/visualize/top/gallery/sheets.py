"""Sheets of filters, as in figure 2 of Zeiler and Fergus (2013)."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.errors import InputError
from nst_tf.images import Picture, resize_image, write_image
from nst_tf.images.montage import montage
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery.result import LayerResult

__all__ = ["layer_sheets", "patch_cells", "projection_cells", "write_sheets"]

_LONGEST = 3000
_GAP, _MIDDLE, _BETWEEN, _LABEL = 2, 6, 24, 18
# Projections are noise to a lossless format: a sheet would take 12 MB.
_QUALITY = 90
# Patches of a few pixels are enlarged this far at most: beyond it there is nothing more to see.
_ENLARGED = 72


def layer_sheets(result: LayerResult, filters_per_sheet: int = 32) -> Iterator[tuple[str, np.ndarray]]:
    """Draws, for each filter, 3x3 projections beside the 3x3 patches of images that they are of, under its number.

    Reading order is from the strongest activation to the ninth. A cell is plain grey where the filter is not active, so
    a dead filter is grey all over.

    Args:
        result: the layer.
        filters_per_sheet: filters on a sheet; the more there are, the smaller the cells.

    Yields:
        The name `<layer>-<first>-<last>` and the sheet, float32 `(height, width, 3)` in [0, 1], neither side longer
        than 3000 pixels.

    Raises:
        InputError: `filters_per_sheet` is less than 1, or so large that nothing could be seen.
    """
    filters = len(result.activations)
    columns, side = _layout(min(filters_per_sheet, filters), result.patches.shape[2])
    digits = len(str(filters - 1))
    for first in range(0, filters, filters_per_sheet):
        numbers = range(first, min(first + filters_per_sheet, filters))
        sheet = montage([_block(result, number, side) for number in numbers], columns, _BETWEEN)
        margin = ((_BETWEEN // 2,) * 2,) * 2 + ((0, 0),)
        yield f"{result.stem}-{first:0{digits}}-{numbers[-1]:0{digits}}", np.pad(sheet, margin, constant_values=1)


def write_sheets(folder: str | os.PathLike, result: LayerResult) -> list[Path]:
    """Writes the `layer_sheets` as JPEG files into an existing folder.

    Returns:
        The files, in order.
    """
    files = []
    for name, sheet in layer_sheets(result):
        files.append(Path(folder) / f"{name}.jpg")
        write_image(files[-1], Picture(sheet), quality=_QUALITY)
    return files


def _layout(filters: int, patch: int) -> tuple[int, int]:
    """The filters in a row and the side of a cell; a filter is twice as wide as it is high."""
    if filters < 1:
        raise InputError(f"a sheet needs at least 1 filter, not {filters}")
    columns = max(1, round(math.sqrt(filters / 2)))
    rows = math.ceil(filters / columns)
    width = (_LONGEST // columns - _BETWEEN - _MIDDLE - 4 * _GAP) // 6
    height = (_LONGEST // rows - _BETWEEN - _LABEL - 2 * _GAP) // 3
    side = min(width, height, max(patch, _ENLARGED))
    if side < 8:
        raise InputError(f"{filters} filters on a sheet are too many to be seen")
    return columns, side


def _block(result: LayerResult, number: int, side: int) -> np.ndarray:
    halves = [montage(cells(result, number, side), 3, _GAP) for cells in (projection_cells, patch_cells)]
    pictures = montage(halves, 2, _MIDDLE)
    return np.concatenate([_label(str(number), pictures.shape[1]), pictures])


def _label(text: str, width: int) -> np.ndarray:
    image = Image.new("RGB", (width, _LABEL), "white")
    ImageDraw.Draw(image).text((0, 0), text, fill="#444", font=ImageFont.load_default(13))
    return np.asarray(image, np.float32) / 255


def projection_cells(result: LayerResult, number: int, side: int) -> np.ndarray:
    """The nine projections of filter `number`, ready to be shown.

    Returns:
        float32 `(9, side, side, 3)` in [0, 1], plain grey where the filter is not active.
    """
    return _cells([display_projection(each) for each in result.projections[number]], result.active[number], side)


def patch_cells(result: LayerResult, number: int, side: int) -> np.ndarray:
    """The nine patches of images that belong to the projections, of the same shape, range and order."""
    return _cells(list(result.patches[number] / np.float32(255)), result.active[number], side)


def _cells(pictures: list[np.ndarray], active: np.ndarray, side: int) -> np.ndarray:
    cells = np.full((len(pictures), side, side, 3), 0.5, np.float32)
    for index in np.flatnonzero(active):
        cells[index] = resize_image(pictures[index], (side, side))
    return cells
