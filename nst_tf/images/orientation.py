"""EXIF orientation."""

import numpy as np

__all__ = ["SWAPPED", "upright"]

SWAPPED = (5, 6, 7, 8)
"""The orientations that exchange width and height."""

_UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """`array` `(height, width, ...)` as stored, turned as EXIF `orientation` (1 to 8) says it is to be shown."""
    return np.ascontiguousarray(_UPRIGHT[orientation](array))
