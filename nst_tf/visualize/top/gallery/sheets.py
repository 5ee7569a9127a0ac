"""Sheets of filters, as in figure 2 of Zeiler and Fergus (2013)."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nst_tf.errors import InputError
from nst_tf.images import Picture, make_folder, resize_image, write_image
from nst_tf.images.montage import LABEL, labelled, montage
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery.result import LayerResult

__all__ = [
    "ON_A_SHEET",
    "SHEET_CELL",
    "FilterPictures",
    "draw_sheet",
    "patch_cells",
    "projection_cells",
    "sheet_path",
    "write_pictures",
]

ON_A_SHEET = 32  # filters
# A multiple of 16, the side of WebP's blocks, so that no colour runs from one cell into the next.
TILE_CELL = 80
_LONGEST = 3000
# At most: projections are noise to a compressor, and tiles show more.
SHEET_CELL = 56
_GAP, _MIDDLE, _BETWEEN = 2, 6, 24
_QUALITY, _TILE_QUALITY = 70, 85


@dataclass(frozen=True, eq=False)
class FilterPictures:
    """What is shown of some filters that follow each other; they are drawn, and not kept.

    Attributes:
        first: The number of the first one.
        active: bool `(filters, 9)`, see `LayerResult`.
        patches: uint8 `(filters, 9, side, side, 3)`, the view's pixels in the receptive field, grey outside the view.
        projections: int8 `(filters, 9, side, side, 3)`, the projection in the receptive field over its largest
            magnitude, times 127; zero outside the view.
    """

    first: int
    active: np.ndarray
    patches: np.ndarray
    projections: np.ndarray


def draw_sheet(pictures: FilterPictures) -> np.ndarray:
    """Draws, for each filter, 3x3 projections beside the 3x3 patches of images that they are of, under its number.

    Reading order is from the strongest activation to the ninth. A cell is plain grey where the filter is not active, so
    a dead filter is grey all over.

    Args:
        pictures: Of the filters; the more there are, the smaller the cells.

    Returns:
        float32 `(height, width, 3)` in [0, 1], neither side longer than 3000 pixels.

    Raises:
        InputError: There are no filters, or so many that nothing could be seen.
    """
    filters = len(pictures.active)
    columns, side = _layout(filters)
    sheet = montage([_block(pictures, index, side) for index in range(filters)], columns, _BETWEEN)
    return np.pad(sheet, ((_BETWEEN // 2,) * 2,) * 2 + ((0, 0),), constant_values=1)


def sheet_path(folder: Path, layer: LayerResult, first: int) -> Path:
    """The file of the sheet that begins with a filter: `<layer>-<first>-<last>.jpg`."""
    filters = len(layer.activations)
    digits, last = len(str(filters - 1)), min(first + ON_A_SHEET, filters) - 1
    return folder / f"{layer.stem}-{first:0{digits}}-{last:0{digits}}.jpg"


def write_pictures(out: Path, layer: LayerResult, pictures: FilterPictures) -> None:
    """Writes the filters' tiles for the page, `out/tiles/<layer>/<filter>.webp`, then their sheet into `out/sheets`.

    A tile has 3x3 projections and 3x3 patches without gaps.
    """
    make_folder(out / "tiles" / layer.stem)
    for index in range(len(pictures.active)):
        halves = [montage(cells(pictures, index, TILE_CELL), 3, gap=0) for cells in (projection_cells, patch_cells)]
        tile = Picture(montage(halves, 2, gap=0))
        write_image(out / "tiles" / layer.stem / f"{pictures.first + index}.webp", tile, quality=_TILE_QUALITY)
    path = sheet_path(out / "sheets", layer, pictures.first)
    write_image(path, Picture(draw_sheet(pictures)), quality=_QUALITY)


def _layout(filters: int) -> tuple[int, int]:
    """The filters in a row and the side of a cell; a filter is twice as wide as it is high."""
    if filters < 1:
        raise InputError(f"a sheet needs at least 1 filter, not {filters}")
    columns = max(1, round(math.sqrt(filters / 2)))
    rows = math.ceil(filters / columns)
    width = (_LONGEST // columns - _BETWEEN - _MIDDLE - 4 * _GAP) // 6
    height = (_LONGEST // rows - _BETWEEN - LABEL - 2 * _GAP) // 3
    side = min(width, height, SHEET_CELL)
    if side < 8:
        raise InputError(f"{filters} filters on a sheet are too many to be seen")
    return columns, side


def _block(pictures: FilterPictures, index: int, side: int) -> np.ndarray:
    halves = [montage(cells(pictures, index, side), 3, _GAP) for cells in (projection_cells, patch_cells)]
    block = montage(halves, 2, _MIDDLE)
    return labelled(block, str(pictures.first + index))


def projection_cells(pictures: FilterPictures, index: int, side: int) -> np.ndarray:
    """The nine projections of the filter at `index`, ready to be shown.

    Returns:
        float32 `(9, side, side, 3)` in [0, 1], plain grey where the filter is not active.
    """
    return _cells([display_projection(each) for each in pictures.projections[index]], pictures.active[index], side)


def patch_cells(pictures: FilterPictures, index: int, side: int) -> np.ndarray:
    """The nine patches of images that belong to the projections, of the same shape, range and order."""
    return _cells(list(pictures.patches[index] / np.float32(255)), pictures.active[index], side)


def _cells(pictures: list[np.ndarray], active: np.ndarray, side: int) -> np.ndarray:
    cells = np.full((len(pictures), side, side, 3), 0.5, np.float32)
    for index in np.flatnonzero(active):
        cells[index] = resize_image(pictures[index], (side, side))
    return cells
