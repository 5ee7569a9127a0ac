"""Pictures moved, enlarged and turned about their centre, as affine maps of pixel positions.

A map is the six numbers of `(x, y) -> (a x + b y + c, d x + e y + f)` from a pixel of the result to the position in the
picture that it shows, with two zeros behind them, as `keras.ops.image.affine_transform` takes it. x counts columns and
y rows, from 0, and whole numbers are the centres of pixels.
"""

import keras
import numpy as np
import tensorflow as tf

__all__ = ["rotation", "scaling", "translation", "warp"]


def _about_centre(linear: np.ndarray, height: int, width: int) -> np.ndarray:
    centre = np.array([width - 1, height - 1]) / 2
    shift = centre - linear @ centre
    return np.array([*linear[0], shift[0], *linear[1], shift[1], 0, 0], np.float32)


def translation(pixels: float) -> np.ndarray:
    """The map that moves a picture down by a number of pixels, which may be negative.

    Returns:
        float32 `(8,)`.
    """
    return np.array([1, 0, 0, 0, 1, -pixels, 0, 0], np.float32)


def scaling(ratio: float, height: int, width: int) -> np.ndarray:
    """The map that enlarges a picture about its centre.

    Args:
        ratio: How many times; below 1 it shrinks, and what is finer than its pixels then shows as aliasing.
        height: Of the picture, in pixels.
        width: Of the picture, in pixels.

    Returns:
        float32 `(8,)`.
    """
    return _about_centre(np.eye(2) / ratio, height, width)


def rotation(degrees: float, height: int, width: int) -> np.ndarray:
    """The map that turns a picture about its centre, anticlockwise as `numpy.rot90` does.

    Args:
        degrees: The angle.
        height: Of the picture, in pixels.
        width: Of the picture, in pixels.

    Returns:
        float32 `(8,)`.
    """
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return _about_centre(np.array([[cosine, -sine], [sine, cosine]]), height, width)


def warp(images: tf.Tensor, maps: tf.Tensor) -> tf.Tensor:
    """Pictures changed by maps: bilinear between pixels, the nearest pixel of the edge outside the picture.

    Args:
        images: `(batch, height, width, channels)`.
        maps: `(batch, 8)`.

    Returns:
        The shape of `images`.
    """
    return keras.ops.image.affine_transform(images, maps, interpolation="bilinear", fill_mode="nearest")
