"""What the sheet and the animation of feature evolution share: which filters they show, and the cells."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.errors import InputError
from nst_tf.images import resize
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.evolution_record import Evolution

__all__ = ["CELL", "GAP", "LEGEND", "MARK", "choose_filters", "evolution_cells", "write_text"]

CELL = 64  # pixels
GAP = 2
# Okabe and Ito 2008; told from any photograph's grey projection, also by the colour-blind.
MARK = (0.835, 0.369, 0.0)
LEGEND = "another image than at the epoch before excites the filter most"

_CORNER = 11
_INK = "#444"


def choose_filters(evolution: Evolution, layer: str, filters: int | Sequence[int], seed: int = 0) -> list[int]:
    """Which filters of a layer to show.

    Args:
        evolution: With the layer.
        layer: Its name.
        filters: The filters themselves; or how many to draw at random, of those that are ever active as far as there
            are such, or all if there are fewer.
        seed: Of the choice.

    Raises:
        InputError: A filter is none of the layer's.
    """
    active = evolution.active(layer).any(0)
    if isinstance(filters, int):
        drawn = np.random.default_rng(seed).permutation(len(active))
        return sorted(drawn[np.argsort(~active[drawn], kind="stable")][:filters].tolist())
    for number in filters:
        if not 0 <= number < len(active):
            raise InputError(f"the layer {layer!r} has no filter {number}; they are numbered 0 to {len(active) - 1}")
    return list(filters)


def evolution_cells(evolution: Evolution, layer: str, filters: Sequence[int]) -> np.ndarray:
    """The projections of some filters at all epochs, ready to be shown, with the changes of image marked.

    Each is stretched to the range of brightness by itself, as in the paper.

    Returns:
        float32 `(epochs, n, CELL, CELL, 3)` in [0, 1]; plain grey where the filter is silent.
    """
    projections, changed = evolution.projections(layer, filters), evolution.changed(layer)[:, filters]
    cells = np.empty((*changed.shape, CELL, CELL, 3), np.float32)
    for place in np.ndindex(changed.shape):
        cells[place] = np.clip(resize(display_projection(projections[place]), (CELL, CELL)), 0, 1)
        if changed[place]:
            _mark(cells[place])
    return cells


def _mark(cell: np.ndarray) -> None:
    distance = np.add.outer(np.arange(CELL), np.arange(CELL))
    cell[distance < _CORNER + 2] = 1
    cell[distance < _CORNER] = MARK


def write_text(canvas: np.ndarray, text: str, x: int, y: int, anchor: str = "la", size: int = 13) -> None:
    """Writes on a picture in place; `anchor` as Pillow names them: `"la"`, the upper left corner is at `(x, y)`."""
    image = Image.fromarray(np.uint8(canvas * 255 + 0.5))
    ImageDraw.Draw(image).text((x, y), text, fill=_INK, font=ImageFont.load_default(size), anchor=anchor)
    canvas[:] = np.asarray(image, np.float32) / 255
