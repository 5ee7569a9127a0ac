"""The cells of the sheet and of the animation of feature evolution, and the choice of the filters in them."""

from collections.abc import Sequence

import numpy as np

from nst_tf.errors import InputError
from nst_tf.images import resize_image
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.evolution.layout import mark
from nst_tf.visualize.evolution.record import Evolution

__all__ = ["CELL", "choose_filters", "evolution_cells"]

CELL = 80  # pixels


def choose_filters(evolution: Evolution, layer: str, filters: int | Sequence[int], seed: int = 0) -> list[int]:
    """Which filters of a layer to show.

    Args:
        evolution: With the layer.
        layer: Its name.
        filters: The filters themselves, or how many to draw at random: of those that are ever active as far as there
            are such, and all if there are fewer.
        seed: Of the random choice.

    Raises:
        InputError: A filter is none of the layer's, or there is to be none.
    """
    active = np.any(evolution.active(layer), axis=0)
    if isinstance(filters, int):
        drawn = np.random.default_rng(seed).permutation(len(active))
        filters = sorted(drawn[np.argsort(~active[drawn], kind="stable")][: max(filters, 0)].tolist())
    if not filters:
        raise InputError("there is no filter to show; choose one or more")
    for number in filters:
        if not 0 <= number < len(active):
            raise InputError(f"the layer {layer!r} has no filter {number}; they are numbered 0 to {len(active) - 1}")
    return list(filters)


def evolution_cells(evolution: Evolution, layer: str, filters: Sequence[int]) -> np.ndarray:
    """The projections of some filters at all epochs, ready to be shown, with the changes of image marked.

    Each is stretched to the range of brightness by itself, as in the paper: while a network is trained its projections
    grow by orders of magnitude.

    Returns:
        float32 `(epochs, n, CELL, CELL, 3)` in [0, 1]; plain grey where the filter is silent.
    """
    projections, changed = evolution.projections(layer, filters), evolution.changed(layer)[:, filters]
    cells = np.empty((*changed.shape, CELL, CELL, 3), np.float32)
    for place in np.ndindex(changed.shape):
        cells[place] = resize_image(display_projection(projections[place]), (CELL, CELL))
        if changed[place]:
            mark(cells[place])
    return cells
