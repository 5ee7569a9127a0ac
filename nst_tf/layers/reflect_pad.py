"""Padding by reflection."""

import keras
import tensorflow as tf

from nst_tf.layers.pad import Pad2D

__all__ = ["ReflectPad"]


@keras.saving.register_keras_serializable(package="nst_tf")
class ReflectPad(Pad2D):
    """Goes on with the mirror image at each edge, whose own pixels are not repeated, as `np.pad(mode="reflect")` does.

    The input is `(batch, height, width, channels)` with more than `pixels` rows and columns, of any range; the output
    has `2 * pixels` more rows and columns.

    Args:
        pixels: How many pixels to add on each of the four sides, at least 1.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: `pixels` is not a positive whole number.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        side = (self.pixels, self.pixels)
        return tf.pad(inputs, ((0, 0), side, side, (0, 0)), mode="REFLECT")
