"""Signed projections as pictures."""

import numpy as np

__all__ = ["PERCENTILE", "display_projection"]

# A few pixels of a projection are several times as large as all others; scaled by the largest, it would be pale.
PERCENTILE = 99.5


def display_projection(projection: np.ndarray) -> np.ndarray:
    """Shows a projection as in figure 2 of Zeiler and Fergus (2013): grey where it is zero, vivid where it is not.

    `0.5 + projection / (2 scale)`, clipped, where `scale` is the 99.5th percentile of the magnitudes that are not zero,
    over all colours together: neither the size of the projection nor the empty space around it matters.

    Args:
        projection: float `(height, width, 3)`, signed, of any scale.

    Returns:
        float32 of the same shape in [0, 1]; a projection that is zero everywhere gives plain grey.
    """
    values = np.asarray(projection, np.float32)
    magnitudes = np.abs(values[values != 0])
    if magnitudes.size == 0:
        return np.full(values.shape, 0.5, np.float32)
    return np.clip(0.5 + values / (2 * np.percentile(magnitudes, PERCENTILE)), 0, 1).astype(np.float32)
