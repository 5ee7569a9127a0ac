"""Colours whose axes are independent in photographs, so that a step changes all of them alike.

    rgb = logistic(C z),    C = M / max_j |M_j|

with the columns M_j of a square root M of the correlation of the colours of ImageNet's pixels (Olah, Mordvintsev and
Schubert 2017; the numbers are those of Lucid). The first axis of z is light and dark, the others are opponent colours.
"""

import numpy as np
import tensorflow as tf

__all__ = ["from_rgb", "to_rgb"]

ROOT = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
COLORS = ROOT / np.linalg.norm(ROOT, axis=0).max()
LEAST = 1e-4  # the logistic function reaches neither 0 nor 1


def _mixed(values: tf.Tensor, matrix: np.ndarray) -> tf.Tensor:
    mixed = tf.matmul(tf.reshape(values, [-1, 3]), tf.constant(matrix.T, values.dtype))
    return tf.ensure_shape(tf.reshape(mixed, tf.shape(values)), values.shape)


def to_rgb(values: tf.Tensor, decorrelate: bool = True) -> tf.Tensor:
    """The colours that unbounded values stand for.

    Args:
        values: z, `(batch, height, width, 3)`; 0 is grey.
        decorrelate: Whether the axes are the independent ones; else they are red, green and blue.

    Returns:
        RGB in (0, 1), of the same shape.
    """
    return tf.sigmoid(_mixed(values, COLORS) if decorrelate else values)


def from_rgb(image: tf.Tensor, decorrelate: bool = True) -> tf.Tensor:
    """The values that stand for these colours, of which those within 1e-4 of 0 and 1 are taken as that.

    Args:
        image: RGB in [0, 1], `(batch, height, width, 3)`.
        decorrelate: As in `to_rgb`.
    """
    inside = tf.clip_by_value(image, LEAST, 1 - LEAST)
    values = tf.math.log(inside / (1 - inside))
    return _mixed(values, np.linalg.inv(COLORS)) if decorrelate else values
