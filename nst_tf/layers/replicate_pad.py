"""Padding with the pixels of the edge."""

import keras
import tensorflow as tf

from nst_tf.layers.pad import Pad2D

__all__ = ["ReplicatePad"]

ONE_PIXEL = ((0, 0), (1, 1), (1, 1), (0, 0))


@keras.saving.register_keras_serializable(package="nst_tf")
class ReplicatePad(Pad2D):
    """Repeats the pixels of the edge outwards, as `np.pad(mode="edge")` does.

    Zero padding shows a network a dark frame around every image; a repeated edge does not.

    The input is `(batch, height, width, channels)`, of any range; the output has `2 * pixels` more rows and columns.

    Args:
        pixels: How many pixels to add on each of the four sides, at least 1.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: `pixels` is not a positive whole number.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # One pixel of symmetric padding is the edge itself; unlike a gather, its gradient is cheap and compiles.
        for _ in range(self.pixels):
            inputs = tf.pad(inputs, ONE_PIXEL, mode="SYMMETRIC")
        return inputs
