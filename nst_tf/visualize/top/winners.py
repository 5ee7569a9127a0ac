"""From the strongest activations of a layer to what is shown of them: numbers, and pictures of projections."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from nst_tf.visualize.top.gallery import ON_A_SHEET, FilterPictures, LayerResult, sheet_path, write_pictures
from nst_tf.visualize.top.patches import PatchProjector
from nst_tf.visualize.top.strongest import Strongest

__all__ = ["draw_winners", "layer_result", "winner_pictures"]


def layer_result(layer: str, found: Strongest, projector: PatchProjector) -> LayerResult:
    """The numbers of a layer.

    Args:
        layer: Its name.
        found: Its strongest activations.
        projector: Of the layer.
    """
    boxes = [[projector.field.box(position) for position in row] for row in found.positions]
    numbers = found.activations, found.images, found.positions, np.array(boxes, np.int32), found.sparsity
    return LayerResult(layer, *numbers)


def draw_winners(
    out: Path, layer: LayerResult, projector: PatchProjector, frame: Callable[[int], np.ndarray]
) -> Iterator[int]:
    """Projects the strongest activations of all filters of a layer and writes their pictures; not those that are there.

    Args:
        out: The folder of the results.
        layer: The layer.
        projector: Of the layer.
        frame: The image of a number, float32 `(side, side, 3)` in [0, 1].

    Yields:
        How many filters are drawn, after each sheet.
    """
    filters = len(layer.activations)
    for first in range(0, filters, ON_A_SHEET):
        if not sheet_path(out / "sheets", layer, first).exists():
            write_pictures(out, layer, winner_pictures(layer, first, projector, frame))
        yield min(first + ON_A_SHEET, filters)


def winner_pictures(
    layer: LayerResult, first: int, projector: PatchProjector, frame: Callable[[int], np.ndarray]
) -> FilterPictures:
    """The pictures of the filters of a sheet; plain where a filter is not active.

    Args:
        layer: The layer.
        first: The number of the first filter.
        projector: Of the layer.
        frame: The image of a number, float32 `(side, side, 3)` in [0, 1].
    """
    chosen = slice(first, first + ON_A_SHEET)
    active, images, positions = layer.active[chosen], layer.images[chosen], layer.positions[chosen]
    shape = (*images.shape, projector.side, projector.side, 3)
    made = FilterPictures(first, active, np.full(shape, 128, np.uint8), np.zeros(shape, np.int8))
    rows, ranks = np.nonzero(active)
    if len(rows):
        frames = [frame(int(number)) for number in images[rows, ranks]]
        found = projector(frames, (rows + first).astype(np.int32), positions[rows, ranks])
        made.patches[rows, ranks], made.projections[rows, ranks] = found.patches, found.projections
    return made
