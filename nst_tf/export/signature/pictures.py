"""Pictures in a graph: from pixels to files."""

import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.visualize.display import PERCENTILE

__all__ = ["display", "encode_png", "fill"]


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
