"""What a decoder hands over: a file's samples in the colour space of the file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nst_tf.errors import InputError

__all__ = ["Samples", "dots_per_inch", "in_unit_range", "straight"]


@dataclass(frozen=True)
class Samples:
    """Decoded samples, not yet upright and not yet sRGB.

    Attributes:
        space: "L", "RGB", "CMYK" (1 is full ink) or "LAB" (TIFF's 8-bit coding, divided by 255).
        color: float32 `(height, width, len(space))` in [0, 1].
        alpha: float32 `(height, width)` in [0, 1], or None.
        icc: the embedded ICC profile, or None.
        dpi: dots per inch `(x, y)` as stored, or None.
        orientation: the EXIF orientation still to be applied, 1 to 8.
        animated: whether there are more frames, to be shown one after the other.
    """

    space: str
    color: np.ndarray
    alpha: np.ndarray | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    orientation: int = 1
    animated: bool = False


def dots_per_inch(dpi: Sequence[float] | None) -> tuple[float, float] | None:
    """`dpi` as a pair of floats, None if it is missing or cannot be meant (zero, negative, not a number, huge)."""
    if dpi is None:
        return None
    x, y = (float(value) for value in dpi)
    return (x, y) if all(math.isfinite(value) and 1 <= value <= 65535 for value in (x, y)) else None


def straight(color: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`color` `(height, width, channels)` no longer multiplied with `alpha` `(height, width)`."""
    return np.clip(color / np.maximum(alpha, 1 / 65535)[..., None], 0, 1)


def in_unit_range(values: np.ndarray) -> np.ndarray:
    """Float samples as float32.

    Raises:
        InputError: some are NaN, infinite or outside of [0, 1].
    """
    if not np.isfinite(values).all():
        raise InputError("it has samples that are not finite numbers (NaN or infinity)")
    if values.min() < 0 or values.max() > 1:
        raise InputError(f"its float samples are not in [0, 1], but in [{values.min():g}, {values.max():g}]")
    return values.astype(np.float32)
