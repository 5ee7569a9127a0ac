"""Padding with the pixels of the opposite edge."""

import keras
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers.pad import Pad2D

__all__ = ["CircularPad"]


@keras.saving.register_keras_serializable(package="nst_tf")
class CircularPad(Pad2D):
    """Goes on beyond an edge with the pixels of the opposite one, as `np.pad(mode="wrap")` does.

    A convolution without padding behind it sees the image as if it were repeated without end.

    The input is `(batch, height, width, channels)`, of any range, with both sides at least `pixels`; the output has
    `2 * pixels` more rows and columns.

    Args:
        pixels: How many pixels to add on each of the four sides, at least 1.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: `pixels` is not a positive whole number, or a side of the input is shorter.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        self.compute_output_shape(inputs.shape)
        rows = tf.concat([inputs[:, -self.pixels :], inputs, inputs[:, : self.pixels]], axis=1)
        return tf.concat([rows[:, :, -self.pixels :], rows, rows[:, :, : self.pixels]], axis=2)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        shortest = min((side for side in input_shape[1:3] if side is not None), default=self.pixels)
        if shortest < self.pixels:
            raise InputError(f"a side of {shortest} pixels cannot be padded with {self.pixels} of its own")
        return super().compute_output_shape(input_shape)
