"""Nearest-neighbour enlargement and a convolution in one."""

from typing import Any

import keras
import tensorflow as tf

__all__ = ["UpsampleConv2D"]

ONE_PIXEL = ((0, 0), (1, 1), (1, 1), (0, 0))
# Where a 3x3 window on pixels that each stand twice meets them: its rows onto those of the transposed 4x4 kernel.
SPREAD = ((0, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0))


@keras.saving.register_keras_serializable(package="nst_tf")
class UpsampleConv2D(keras.layers.Layer):
    """Repeats every pixel twice in both directions, pads by reflection, and convolves with a 3x3 kernel.

    This way of enlarging leaves no checkerboard (Odena, Dumoulin and Olah 2016). Computed as the one transposed
    convolution of stride 2 that it equals, whose 4x4 kernel holds sums of the 3x3 one's weights: 4/9 of the arithmetic.

    The input is `(batch, height, width, channels)`, of any range; the output `(batch, 2 height, 2 width, filters)`.

    Args:
        filters: Channels of the output.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, filters: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.filters = filters
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = (3, 3, input_shape[-1], self.filters)
        self.kernel = self.add_weight(shape=shape, initializer="he_normal", name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # The edge of an image whose pixels stand twice is its own reflection.
        return self.enlarged(tf.pad(inputs, ONE_PIXEL, mode="SYMMETRIC"))

    def enlarged(self, padded: tf.Tensor) -> tf.Tensor:
        """What the layer makes of an image, or a part of one, with a pixel more on each side.

        Args:
            padded: `(batch, height + 2, width + 2, channels)`.

        Returns:
            `(batch, 2 height, 2 width, filters)`.
        """
        spread = tf.constant(SPREAD, self.kernel.dtype)
        kernel = tf.einsum("ra,abio,sb->rsoi", spread, self.kernel, spread)
        batch, rows, columns = (tf.shape(padded)[axis] for axis in range(3))
        size = [batch, 2 * rows, 2 * columns, self.filters]
        enlarged = tf.nn.conv2d_transpose(padded, tf.cast(kernel, padded.dtype), size, 2, "SAME")
        return enlarged[:, 2:-2, 2:-2] + tf.cast(self.bias, padded.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, _ = input_shape
        return (batch, *(None if side is None else 2 * side for side in sides), self.filters)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters}
