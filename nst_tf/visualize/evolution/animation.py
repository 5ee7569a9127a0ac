"""Feature evolution as moving pictures."""

import math
from collections.abc import Sequence

import numpy as np

from nst_tf.images.montage import montage
from nst_tf.visualize.evolution.cells import CELL, choose_filters, evolution_cells
from nst_tf.visualize.evolution.layout import LINE, label, page, stack
from nst_tf.visualize.evolution.record import Evolution

__all__ = ["FILTERS", "evolution_frames"]

FILTERS = 16

_GAP = 2


def evolution_frames(
    evolution: Evolution,
    layers: Sequence[str] | None = None,
    filters: int | Sequence[int] = FILTERS,
    seed: int = 0,
) -> list[np.ndarray]:
    """Draws a picture for each recorded epoch: for each layer a grid of filters, each under its number.

    Args:
        evolution: What was recorded.
        layers: All that were recorded if `None`.
        filters: How many of each layer to draw at random, or the filters themselves; see `choose_filters`.
        seed: Of the random choice.

    Returns:
        float32 `(height, width, 3)` in [0, 1] for each epoch.

    Raises:
        InputError: A layer was not recorded, or has no such filter.
    """
    layers = list(layers or evolution.layers)
    evolution.check_layers(layers)
    grids = [_grids(evolution, layer, choose_filters(evolution, layer, filters, seed)) for layer in layers]
    headings = [[label(f"epoch {epoch}", height=2 * LINE, size=20)] for epoch in evolution.epochs]
    return [page(blocks, heading) for heading, *blocks in zip(headings, *grids, strict=True)]


def _grids(evolution: Evolution, layer: str, filters: list[int]) -> list[np.ndarray]:
    """The block of a layer at each epoch."""
    columns = math.ceil(math.sqrt(len(filters)))
    numbers = [label(str(number), CELL, align="m") for number in filters]
    grids = []
    for cells in evolution_cells(evolution, layer, filters):
        grid = montage([stack(pair) for pair in zip(numbers, cells, strict=True)], columns, _GAP)
        grids.append(stack([label(layer), grid]))
    return grids
