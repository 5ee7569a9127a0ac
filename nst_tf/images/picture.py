"""A picture in memory."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Picture"]


@dataclass(frozen=True)
class Picture:
    """A picture as every part of the package passes it on.

    Attributes:
        pixels: float32 `(height, width, 3)`, sRGB in [0, 1].
        alpha: float32 `(height, width)` in [0, 1], 1 where opaque; None for a picture without transparency.
        dpi: resolution in dots per inch, `(x, y)`; None where it is not known.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    dpi: tuple[float, float] | None = None
