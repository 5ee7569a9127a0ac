"""The images that a recipe is given, and the colours it shall keep of them."""

from collections.abc import Sequence

import numpy as np

from nst_tf.errors import InputError
from nst_tf.images import Picture, luminance, match_color, match_luminance, resize, with_luminance

__all__ = ["Source", "as_picture", "as_pictures", "dressed", "for_network", "restore_color"]

Source = Picture | np.ndarray


def as_picture(image: Source) -> Picture:
    """An image given by a caller as a `Picture`.

    Args:
        image: A `Picture`, or an array `(height, width, 3)`, floats in [0, 1] or uint8.

    Raises:
        InputError: It is neither, or its values are not finite or out of range.
    """
    if isinstance(image, Picture):
        return image
    pixels = np.asarray(image)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise InputError(f"an image has the shape {pixels.shape}; it must be (height, width, 3)")
    if pixels.dtype == np.uint8:
        return Picture(pixels.astype(np.float32) / 255)
    if not np.issubdtype(pixels.dtype, np.floating):
        raise InputError(f"an image is of {pixels.dtype}; it must be of uint8, or of floats in [0, 1]")
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        raise InputError(f"an image has values from {pixels.min()} to {pixels.max()}; they must be in [0, 1]")
    return Picture(pixels.astype(np.float32))


def as_pictures(images: Source | Sequence[Source]) -> list[Picture]:
    """One image, or a sequence of them, as a list of one or more; an array of four dimensions is a sequence."""
    single = isinstance(images, Picture) or getattr(images, "ndim", 0) == 3
    pictures = [as_picture(image) for image in ([images] if single else images)]
    if not pictures:
        raise InputError("no style image was given; at least one is needed")
    return pictures


def _grey(y: np.ndarray) -> np.ndarray:
    return np.repeat(y[..., None], 3, axis=2)


def for_network(
    content: np.ndarray, styles: Sequence[np.ndarray], preserve_color: str | None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The content and the styles as the network is to see them.

    Args:
        content: `(height, width, 3)` in [0, 1].
        styles: Likewise, of any sizes.
        preserve_color: `None`; `"luminance"`, which makes all of them grey and matches the styles' luminance to the
            content's; or `"histogram"`, which matches the styles' colours to the content's.
    """
    if preserve_color == "luminance":
        return _grey(luminance(content)), [_grey(match_luminance(style, content)) for style in styles]
    if preserve_color == "histogram":
        return content, [match_color(style, content) for style in styles]
    return content, list(styles)


def restore_color(image: np.ndarray, content: np.ndarray, preserve_color: str | None) -> np.ndarray:
    """Gives a result the chroma of the content, of the same size, where only luminance was to be transferred."""
    return with_luminance(content, image) if preserve_color == "luminance" else image


def dressed(pixels: np.ndarray, content: Picture) -> Picture:
    """A result `(height, width, 3)` in [0, 1] as a picture, with the content's alpha, resized, and its dpi."""
    alpha = None if content.alpha is None else np.clip(resize(content.alpha, pixels.shape[:2]), 0, 1)
    return Picture(pixels, alpha, content.dpi)
