"""Resampling."""

import numpy as np
from PIL import Image

from nst_tf.errors import InputError

__all__ = ["fit", "resize", "resize_image"]


def resize(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resamples with a Lanczos filter (three lobes), antialiased where it makes smaller.

    Args:
        pixels: float32 `(height, width)` or `(height, width, channels)`, of any range.
        size: the new `(height, width)`.

    Returns:
        float32 of the new size. It may go beyond the range of `pixels` near edges: it is not clipped.

    Raises:
        InputError: `size` is not positive.
    """
    height, width = size
    if height < 1 or width < 1:
        raise InputError(f"cannot resize to {width}x{height}, which has no pixels")
    if pixels.ndim == 2:
        return _resize_channel(pixels, width, height)
    return np.stack([_resize_channel(channel, width, height) for channel in np.moveaxis(pixels, -1, 0)], axis=-1)


def resize_image(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resamples an image, or its alpha, as `resize` does, and keeps it within [0, 1].

    Args:
        pixels: float32 `(height, width)` or `(height, width, channels)` in [0, 1].
        size: the new `(height, width)`.

    Returns:
        float32 of the new size, clipped to [0, 1].

    Raises:
        InputError: `size` is not positive.
    """
    return np.clip(resize(pixels, size), 0, 1)


def fit(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """The `(height, width)` of the aspect ratio of `shape` `(height, width, ...)` whose longer side is `longest`."""
    if longest < 1:
        raise InputError(f"the longest side must be at least 1 pixel, not {longest}")
    height, width = shape[:2]
    scale = longest / max(height, width)
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))


def _resize_channel(channel: np.ndarray, width: int, height: int) -> np.ndarray:
    image = Image.fromarray(np.ascontiguousarray(channel, np.float32))
    return np.array(image.resize((width, height), Image.Resampling.LANCZOS))
