"""A picture in memory."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nst_tf.errors import InputError

__all__ = ["Picture", "Source", "as_mask", "as_picture", "as_pictures"]


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

    def __repr__(self) -> str:
        """Its kind and size: `Picture 512x384`; for numbers there are `pixels`."""
        height, width = self.pixels.shape[:2]
        return f"{type(self).__name__} {width}x{height}"

    def _repr_png_(self) -> bytes:
        """It as a PNG, by which notebooks show it."""
        from nst_tf.images.write import encode  # which knows pictures itself

        return encode(self, "PNG")

    @property
    def on_white(self) -> np.ndarray:
        """The pixels as they are seen on white, float32 `(height, width, 3)` in [0, 1]."""
        if self.alpha is None:
            return self.pixels
        return self.pixels * self.alpha[..., None] + (1 - self.alpha[..., None])


Source = Picture | np.ndarray | str | os.PathLike


def as_picture(image: Source) -> Picture:
    """An image given by a caller as a `Picture`.

    Args:
        image: A `Picture`, an array `(height, width, 3)`, floats in [0, 1] or uint8, or the path of an image file.

    Raises:
        InputError: It is none of these, its values are not finite or out of range, or the file cannot be read.
    """
    if isinstance(image, str | os.PathLike):
        from nst_tf.images.read import read_image  # which knows pictures itself

        return read_image(image)
    pixels = image.pixels if isinstance(image, Picture) else np.asarray(image)
    if pixels.dtype == object or (not pixels.ndim):
        has_one = "; its `picture` is one" if isinstance(getattr(image, "picture", None), Picture) else ""
        kinds = "a Picture, an array (height, width, 3) or a path"
        raise InputError(f"an image is {image!r:.60}; it must be {kinds}{has_one}")
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise InputError(f"an image has the shape {pixels.shape}; it must be (height, width, 3)")
    if isinstance(image, Picture):
        return image
    if pixels.dtype == np.uint8:
        return Picture(pixels.astype(np.float32) / 255)
    if not np.issubdtype(pixels.dtype, np.floating):
        raise InputError(f"an image is of {pixels.dtype}; it must be of uint8, or of floats in [0, 1]")
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        raise InputError(f"an image has values from {pixels.min()} to {pixels.max()}; they must be in [0, 1]")
    return Picture(pixels.astype(np.float32))


def as_mask(image: Source) -> np.ndarray:
    """A mask given by a caller: how light an image is, times its alpha.

    Args:
        image: As for `as_picture`, or without colours, `(height, width)`.

    Returns:
        float32 `(height, width)` in [0, 1].

    Raises:
        InputError: See `as_picture`.
    """
    if isinstance(image, np.ndarray) and image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    picture = as_picture(image)
    light = picture.pixels.mean(axis=2)
    return light if picture.alpha is None else light * picture.alpha


def as_pictures(images: Source | Sequence[Source]) -> list[Picture]:
    """One image, or a sequence of them, as a list of one or more; an array of four dimensions is a sequence."""
    if isinstance(images, str) or not isinstance(images, Iterable) or getattr(images, "ndim", 4) < 4:
        return [as_picture(images)]
    pictures = [as_picture(image) for image in images]
    if not pictures:
        raise InputError("no style image was given; at least one is needed")
    return pictures
