"""The guide of DeepDream: an image takes on those features of another that it resembles most already.

With features x_p of the image at M positions, and y_q of the guide,

    L = 1/M sum_p max_q x_p . y_q

whose gradient at a position is its best match among the guide's positions. To be maximised: minimise its negative.
"""

import tensorflow as tf

from nst_tf.objectives.moments import flatten_positions
from nst_tf.objectives.objective import Objective

__all__ = ["Guide"]


class Guide(Objective):
    """Mean dot product of the features at each position with the guide's at the position that fits best.

    Attributes:
        layer: Name of the layer.
        target: Features of the guide, `(1, rows, columns, channels)`, of any size.
    """

    layer: str
    target: tf.Tensor

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        here = flatten_positions(features[self.layer])
        there = flatten_positions(tf.cast(self.target, here.dtype))[0]
        best = tf.argmax(tf.matmul(tf.stop_gradient(here), there, transpose_b=True), axis=2)
        return tf.reduce_mean(tf.reduce_sum(here * tf.gather(there, best), axis=2), axis=1)
