"""What all pooling layers share: the window, the stride, the padding and the shapes that follow from them."""

from typing import Any

import keras

from nst_tf.errors import InputError, unknown

__all__ = ["Pool2D"]

PADDINGS = ("valid", "same")


def _pair(what: str, value) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(pair) != 2 or any(not isinstance(side, int) or side < 1 for side in pair):
        raise InputError(f"{what} is {value!r}; it must be a positive whole number or a pair of them")
    return pair


def _pooled_side(side: int | None, window: int, stride: int, padding: str) -> int | None:
    if side is None:
        return None
    covered = side + stride - 1 if padding == "same" else side - window + stride
    return max(covered // stride, 0)


class Pool2D(keras.layers.Layer):
    """Base of the pooling layers; a subclass defines `call`.

    Args:
        pool_size: Height and width of the window in pixels, an int or a pair.
        strides: Steps of the window in pixels, an int or a pair; `None` means `pool_size`.
        padding: `"valid"` (whole windows only) or `"same"` (windows reach over the edge, cells outside are ignored).
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A window, stride or padding is not one of those above.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if padding not in PADDINGS:
            raise unknown("padding", padding, PADDINGS)
        self.pool_size = _pair("pool_size", pool_size)
        self.strides = _pair("strides", self.pool_size if strides is None else strides)
        self.padding = padding
        self.input_spec = keras.layers.InputSpec(ndim=4)

    @property
    def window(self) -> dict:
        """The arguments `ksize`, `strides` and `padding` of TensorFlow's pooling operations."""
        return {"ksize": self.pool_size, "strides": self.strides, "padding": self.padding.upper()}

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = input_shape
        sides = zip((height, width), self.pool_size, self.strides, strict=True)
        return (batch, *(_pooled_side(*side, self.padding) for side in sides), channels)

    def get_config(self) -> dict[str, Any]:
        config = {"pool_size": self.pool_size, "strides": self.strides, "padding": self.padding}
        return {**super().get_config(), **config}
