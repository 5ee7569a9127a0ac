"""Figure 4 of Zeiler and Fergus (2013): what the filters of each layer show, from epoch to epoch."""

from collections.abc import Sequence

import numpy as np

from nst_tf.images.montage import montage
from nst_tf.visualize.evolution.cells import CELL, choose_filters, evolution_cells
from nst_tf.visualize.evolution.layout import label, page, stack
from nst_tf.visualize.evolution.record import Evolution

__all__ = ["FILTERS", "evolution_sheet"]

FILTERS = 6
_GAP = 2
_LEFT = 44  # pixels, for the numbers of the filters


def evolution_sheet(
    evolution: Evolution,
    layers: Sequence[str] | None = None,
    filters: int | Sequence[int] = FILTERS,
    seed: int = 0,
) -> np.ndarray:
    """Draws a block for each layer, in it a row for each filter and a column for each recorded epoch.

    In the cells are the projections of the filter's strongest activation over all training images. A corner is marked
    where another image than at the recorded epoch before is the one that excites the filter most.

    Args:
        evolution: What was recorded.
        layers: All that were recorded if `None`.
        filters: How many of each layer to draw at random, or the filters themselves; see `choose_filters`.
        seed: Of the random choice.

    Returns:
        float32 `(height, width, 3)` in [0, 1].

    Raises:
        InputError: A layer was not recorded, or has no such filter.
    """
    layers = list(layers or evolution.layers)
    evolution.check_layers(layers)
    chosen = [choose_filters(evolution, layer, filters, seed) for layer in layers]
    return page([_block(evolution, layer, numbers) for layer, numbers in zip(layers, chosen, strict=True)])


def _block(evolution: Evolution, layer: str, filters: list[int]) -> np.ndarray:
    epochs = evolution.epochs
    cells = evolution_cells(evolution, layer, filters)
    pictures = montage(cells.swapaxes(0, 1).reshape(-1, CELL, CELL, 3), len(epochs), _GAP)
    above = montage([label(str(epoch), CELL, align="m") for epoch in epochs], len(epochs), _GAP)
    left = montage([label(f"{number} ", _LEFT, CELL, "r") for number in filters], 1, _GAP)
    header = np.concatenate([label("epoch ", _LEFT, align="r"), above], 1)
    return stack([label(_title(evolution, layer)), header, np.concatenate([left, pictures], 1)])


def _title(evolution: Evolution, layer: str) -> str:
    active = evolution.active(layer).any(0)
    silent = int((~active).sum())
    return f"{layer} ({len(active)} filters{f', {silent} never active' if silent else ''})"
