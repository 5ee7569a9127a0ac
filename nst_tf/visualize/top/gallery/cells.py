"""The pictures of one filter's strongest activations."""

import numpy as np

from nst_tf.images import resize
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery.result import LayerResult

__all__ = ["patch_cells", "projection_cells"]


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
        cells[index] = np.clip(resize(pictures[index], (side, side)), 0, 1)
    return cells
