"""What the padding layers share: how far they pad, and the shapes that follow from it."""

from typing import Any

import keras

from nst_tf.errors import InputError

__all__ = ["Pad2D"]


class Pad2D(keras.layers.Layer):
    """Base of the padding layers; a subclass defines `call`.

    The input is `(batch, height, width, channels)`, of any range; the output has `2 * pixels` more rows and columns.

    Args:
        pixels: How many pixels to add on each of the four sides, at least 1.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: `pixels` is not a positive whole number.
    """

    def __init__(self, pixels: int = 1, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(pixels, int) or pixels < 1:
            raise InputError(f"pixels is {pixels!r}; it must be a positive whole number")
        self.pixels = pixels
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, channels = input_shape
        return (batch, *(None if side is None else side + 2 * self.pixels for side in sides), channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "pixels": self.pixels}
