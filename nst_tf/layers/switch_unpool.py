"""Unpooling: the way back through the switches of a max pooling."""

from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import unknown
from nst_tf.layers.pool import Pool2D
from nst_tf.layers.switches import OVERLAPS, sides, unpool

__all__ = ["SwitchUnpool"]


@keras.saving.register_keras_serializable(package="nst_tf")
class SwitchUnpool(Pool2D):
    """Puts each value where `SwitchMaxPool(return_switches=True)` found its maximum, and 0 elsewhere.

    The unpooling of the deconvnet (Zeiler and Fergus 2013, section 2.1). It is called with a list of three tensors:

    - `values`: `(batch, rows, columns, channels)`, of any range.
    - `within`: the second output of the pooling, of that shape; a batch of 1 serves any number of values.
    - `like`: what was pooled, `(batch, height, width, channels)`; only its height and width are used.

    The output is `(batch, height, width, channels)`.

        >>> pooled, within, _ = nst_tf.SwitchMaxPool(3, 2, return_switches=True)(images)
        >>> placed = nst_tf.SwitchUnpool(3, 2)([pooled, within, images])

    Args:
        pool_size: Of the pooling, as `strides` and `padding`.
        strides: See `pool_size`.
        padding: See `pool_size`.
        overlap: Where several windows have the same switch: `"sum"` adds their values, as the gradient of max pooling
            does, `"last"` keeps that of the last window in reading order. The paper does not say.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A window, stride, padding or overlap is not one of those above.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        overlap: str = "sum",
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, **kwargs)
        if overlap not in OVERLAPS:
            raise unknown("overlap", overlap, OVERLAPS)
        self.overlap = overlap
        self.input_spec = [keras.layers.InputSpec(ndim=4)] * 3

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        values, within, like = inputs
        return unpool(values, within, *sides(like), self.pool_size, self.strides, self.padding, self.overlap)

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        values, within, like = input_shape
        return (within[0] if values[0] == 1 else values[0], *like[1:3], values[3])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "overlap": self.overlap}
