"""Pictures in a graph: their sizes, and from pixels to files."""

import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.visualize.display import PERCENTILE

__all__ = ["display", "encode_png", "fill", "fit_longest", "fit_shortest"]


def _rounded(sides: tf.Tensor) -> tf.Tensor:
    return tf.maximum(1, tf.cast(sides + 0.5, tf.int32))


def fit_longest(size: tf.Tensor, longest: tf.Tensor) -> tf.Tensor:
    """Height and width of the same aspect ratio whose longer side is `longest`, as `nst_tf.images.fit` has them.

    Args:
        size: Height and width, `(2,)`.
        longest: A whole number or an integer tensor.
    """
    sides = tf.cast(size, tf.float64)
    return _rounded(sides * (tf.cast(longest, tf.float64) / tf.reduce_max(sides)))


def fit_shortest(size: tf.Tensor, shortest: tf.Tensor) -> tf.Tensor:
    """Height and width of the same aspect ratio whose shorter side is `shortest`; else as `fit_longest`."""
    sides = tf.cast(size, tf.float64)
    scale = tf.reduce_max(tf.cast(shortest, tf.float64) / sides)
    return tf.maximum(1, tf.cast(tf.round(sides * scale), tf.int32))


def fill(image: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """The middle of an image, made just large enough to fill a size, as `nst_tf.backbones.fit_image` has it.

    Args:
        image: `(height, width, 3)` in [0, 1].
        rows: Wanted.
        columns: Wanted.

    Returns:
        `(rows, columns, 3)` in [0, 1].
    """
    wanted, sides = tf.stack([rows, columns]), tf.cast(tf.shape(image)[:2], tf.float64)
    scale = tf.reduce_max(tf.cast(wanted, tf.float64) / sides)
    size = tf.maximum(wanted, tf.cast(tf.round(sides * scale), tf.int32))
    top, left = tf.unstack((size - wanted) // 2)
    return lanczos(image[None], size[0], size[1])[0, top : top + rows, left : left + columns]


def encode_png(picture: tf.Tensor) -> tf.Tensor:
    """The bytes of a PNG file of 8 bits; of a picture `(height, width, 3)` in [0, 1]."""
    return tf.io.encode_png(tf.cast(tf.round(picture * 255), tf.uint8))


def display(projection: tf.Tensor) -> tf.Tensor:
    """A signed projection `(height, width, 3)` as a picture, as `nst_tf.visualize.display` shows it."""
    magnitudes = tf.sort(tf.boolean_mask(tf.abs(projection), projection != 0))
    count = tf.size(magnitudes)
    place = PERCENTILE / 100 * tf.cast(tf.maximum(count - 1, 0), tf.float64)
    below = tf.cast(tf.floor(place), tf.int32)
    share = tf.cast(place - tf.floor(place), tf.float32)

    def shown():
        low, high = magnitudes[below], magnitudes[tf.minimum(below + 1, count - 1)]
        return tf.clip_by_value(0.5 + projection / (2 * (low + share * (high - low))), 0, 1)

    return tf.cond(count > 0, shown, lambda: tf.fill(tf.shape(projection), 0.5))
