"""Max pooling."""

from typing import Any

import keras
import tensorflow as tf

from nst_tf.layers.pool import Pool2D
from nst_tf.layers.switches import flat_positions, max_pool_switches, sides

__all__ = ["SwitchMaxPool"]


def _first_maxima(cells: list[tf.Tensor], pooled: tf.Tensor) -> list[tf.Tensor]:
    """For each cell of the window, in reading order, where it is the first to hold the maximum."""
    first = [cells[0] >= pooled]
    taken = first[0]
    for cell in cells[1:]:
        first.append((cell >= pooled) & ~taken)
        taken |= first[-1]
    return first


def _max_pool_tiles(inputs: tf.Tensor, rows: int, columns: int) -> tf.Tensor:
    """Max pooling of windows that tile the input: TensorFlow's, with a gradient six times as fast under XLA on CPUs.

    It goes to the first maximum of each window, in reading order, on every device; TensorFlow's own leaves ties to the
    kernel.
    """

    @tf.custom_gradient
    def pool(inputs):
        pooled = tf.nn.max_pool2d(inputs, (rows, columns), (rows, columns), "VALID")

        def gradient(upstream):
            batch, height, width, channels = tf.unstack(tf.shape(inputs))
            down, across = height // rows, width // columns
            whole = inputs[:, : down * rows, : across * columns]
            tiles = tf.reshape(whole, [batch, down, rows, across, columns, channels])
            cells = [tiles[:, :, row, :, column] for row in range(rows) for column in range(columns)]
            shares = [tf.where(first, upstream, 0) for first in _first_maxima(cells, pooled)]
            lines = [tf.stack(shares[start : start + columns], 3) for start in range(0, rows * columns, columns)]
            placed = tf.reshape(tf.stack(lines, 2), tf.shape(whole))
            return tf.pad(placed, [[0, 0], [0, height - down * rows], [0, width - across * columns], [0, 0]])

        return pooled, gradient

    return pool(inputs)


@keras.saving.register_keras_serializable(package="nst_tf")
class SwitchMaxPool(Pool2D):
    """Max pooling: each value is the largest of its window; the gradient goes to the first one that is.

    One exception was seen: under XLA on CPUs, where `padding="same"` pads, TensorFlow's gradient takes another of some
    ties. The switches never do.

    The input is `(batch, height, width, channels)`, of any range; the output has the same number of channels. With
    `return_switches` it is `(pooled, within, flat)`, all of the same shape: besides the maxima, the int32 index of each
    within its window in reading order, and its int32 position `row * width + column` in the plane of its image and
    channel. The first maximum wins a tie. `SwitchUnpool` takes them back.

    Args:
        pool_size: Height and width of the window in pixels, an int or a pair.
        strides: Steps of the window in pixels, an int or a pair; `None` means `pool_size`.
        padding: `"valid"` or `"same"`.
        return_switches: Whether to return the switches too.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A window, stride or padding is not one of those above.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        return_switches: bool = False,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, **kwargs)
        self.return_switches = return_switches

    def call(self, inputs: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        if self.return_switches:
            window = (self.pool_size, self.strides, self.padding)
            pooled, within = max_pool_switches(inputs, *window)
            return pooled, within, flat_positions(within, *sides(inputs), *window)
        if self.strides == self.pool_size and self.padding == "valid":
            return _max_pool_tiles(inputs, *self.pool_size)
        return tf.nn.max_pool2d(inputs, **self.window)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        shape = super().compute_output_shape(input_shape)
        return (shape, shape, shape) if self.return_switches else shape

    def compute_output_spec(self, inputs: keras.KerasTensor) -> Any:
        shape = super().compute_output_shape(inputs.shape)
        dtypes = (self.compute_dtype, "int32", "int32") if self.return_switches else (self.compute_dtype,)
        specs = tuple(keras.KerasTensor(shape, dtype) for dtype in dtypes)
        return specs if self.return_switches else specs[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "return_switches": self.return_switches}
