"""The full precision of 16-bit colour that Pillow by itself reads as 8-bit.

Pillow keeps one byte of every 16-bit colour sample, and the raw mode of its decoder says which: big-endian (`;16B`)
keeps the first byte, little-endian (`;16L`) the second. Decoding with each gives both halves, for every
compression that Pillow knows.
"""

import sys

import numpy as np
from PIL import ImageFile

from nst_tf.images.identify import open_image

__all__ = ["deep_samples", "is_deep"]


def is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether a just opened `image` has 16-bit samples that Pillow would reduce to 8 bits."""
    return image.mode in ("RGB", "RGBA", "CMYK") and ";16" in _raw_mode(image)


def deep_samples(image: ImageFile.ImageFile) -> tuple[np.ndarray, bool]:
    """The samples of a deep `image`, which must not be loaded yet.

    Returns:
        uint16 `(height, width, channels)`, and whether the colours are premultiplied with alpha.
    """
    name, order = _raw_mode(image).split(";16")
    if name == "LA":
        return _deep_grey_alpha(image), False
    # RGBa would have Pillow divide by half of an alpha sample.
    name, premultiplied = name.replace("a", "A"), name == "RGBa"
    file = image.fp  # Loading lets go of it.
    first = _load(image, f"{name};16B")
    second = _load(open_image(file), f"{name};16L")
    native = "B" if sys.byteorder == "big" else "L"
    high, low = (first, second) if order.replace("N", native) == "B" else (second, first)
    return high.astype(np.uint16) << 8 | low, premultiplied


def _deep_grey_alpha(image: ImageFile.ImageFile) -> np.ndarray:
    # Read as RGBA, a pixel's four bytes are the high and the low one of grey, then of alpha.
    pairs = _load(image, "RGBA").astype(np.uint16)
    return pairs[..., 0::2] << 8 | pairs[..., 1::2]


def _raw_mode(image: ImageFile.ImageFile) -> str:
    args = image.tile[0].args if image.tile else ""
    return args if isinstance(args, str) else str(args[0])


def _load(image: ImageFile.ImageFile, raw_mode: str) -> np.ndarray:
    def replaced(args):
        return raw_mode if isinstance(args, str) else (raw_mode, *args[1:])

    image.tile = [tile._replace(args=replaced(tile.args)) for tile in image.tile]
    return np.asarray(image)
