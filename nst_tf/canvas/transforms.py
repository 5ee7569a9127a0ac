"""Small random shifts, turns and changes of scale of the image that a network sees.

A picture that excites a filter wherever, however turned and however large it is cannot do so by single pixels: the
transforms keep out the high-frequency noise of plain gradient ascent (Olah, Mordvintsev and Schubert 2017). All three
are one affine map, resampled once, from the image on an endless grey ground.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

__all__ = ["Transforms", "resample"]

GREY = 0.5
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))  # of the square of pixels around a place


@dataclass(frozen=True)
class Transforms:
    """Random transforms, the same for all images of a batch.

    Attributes:
        jitter: The farthest shift in pixels, along both axes.
        zoom: The largest change of scale: 0.1 scales by 0.9 to 1.1.
        rotate: The farthest turn in degrees, either way.
    """

    jitter: float
    zoom: float
    rotate: float

    def __call__(self, images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        """Transforms images.

        Args:
            images: `(batch, height, width, 3)` in [0, 1].
            key: Seed of the random numbers, `(2,)`; the same key gives the same transform.

        Returns:
            Of the same shape.
        """
        return resample(images, *self.draw(key)) if any((self.jitter, self.zoom, self.rotate)) else images

    def draw(self, key: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The linear map and the shift of this key, see `resample`."""
        down, right, zoom, turn = tf.unstack(tf.random.stateless_uniform([4], key, -1.0, 1.0, alg="philox"))
        angle, scale = turn * math.radians(self.rotate), 1 + zoom * self.zoom
        cos, sin = tf.cos(angle) / scale, tf.sin(angle) / scale
        return tf.stack([[cos, sin], [-sin, cos]]), self.jitter * tf.stack([down, right])


def resample(images: tf.Tensor, linear: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Moves images on a grey ground by bilinear interpolation.

    Args:
        images: `(batch, height, width, channels)` in [0, 1].
        linear: `(2, 2)`, from a place in the result to the one in the image that is shown there, both given as rows
            and columns from the middle.
        shift: Rows and columns by which that place is farther from the middle, `(2,)`.

    Returns:
        Of the same shape.
    """
    size = tf.shape(images)[1:3]
    indices, weights = _neighbours(size, linear, shift)
    flat = tf.reshape(images - GREY, [tf.shape(images)[0], -1, images.shape[3]])
    moved = tf.reduce_sum(tf.gather(flat, indices, axis=1) * weights[:, :, None], axis=2)
    return tf.ensure_shape(tf.reshape(moved, tf.shape(images)), images.shape) + GREY


def _neighbours(size: tf.Tensor, linear: tf.Tensor, shift: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Numbers and weights of the four pixels that each pixel of the result is mixed from, `(pixels, 4)`."""
    middle = (tf.cast(size, tf.float32) - 1) / 2
    grid = tf.stack(tf.meshgrid(tf.range(size[0]), tf.range(size[1]), indexing="ij"), axis=-1)
    grid = tf.reshape(tf.cast(grid, tf.float32), [-1, 2]) - middle
    places = tf.matmul(grid, linear, transpose_b=True) + middle + shift
    first = tf.floor(places)
    fraction = (places - first)[:, None]
    corners = tf.constant(CORNERS)
    weights = tf.reduce_prod(tf.where(corners == 1, fraction, 1 - fraction), axis=2)
    pixels = tf.cast(first, tf.int32)[:, None] + corners
    inside = tf.reduce_all((pixels >= 0) & (pixels < size), axis=2)
    clipped = tf.clip_by_value(pixels, 0, size - 1)
    return clipped[..., 0] * size[1] + clipped[..., 1], tf.where(inside, weights, 0.0)
