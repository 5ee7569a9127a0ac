"""Padding with the pixels of the opposite edge."""

import keras
import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["CircularPad"]


@keras.saving.register_keras_serializable(package="nst_tf")
class CircularPad(keras.layers.Layer):
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

    def __init__(self, pixels=1, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(pixels, int) or pixels < 1:
            raise InputError(f"pixels is {pixels!r}; it must be a positive whole number")
        self.pixels = pixels
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        rows = tf.concat([inputs[:, -self.pixels :], inputs, inputs[:, : self.pixels]], axis=1)
        return tf.concat([rows[:, :, -self.pixels :], rows, rows[:, :, : self.pixels]], axis=2)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        shortest = min((side for side in sides if side is not None), default=self.pixels)
        if shortest < self.pixels:
            raise InputError(f"a side of {shortest} pixels cannot be padded with {self.pixels} of its own")
        return (batch, *(None if side is None else side + 2 * self.pixels for side in sides), channels)

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels}
