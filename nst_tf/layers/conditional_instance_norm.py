"""Instance normalisation with a scale and an offset for each style."""

from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["ConditionalInstanceNorm"]

EPSILON = 1e-5
FLAT = 1e-4  # of what maps hold: thirty times what convolutions round differently from place to place in float32


@keras.saving.register_keras_serializable(package="nst_tf")
class ConditionalInstanceNorm(keras.layers.Layer):
    """Brings every map of every image to mean 0 and variance 1, then to the scale and offset of its style.

        y = g (x - mean) / sqrt(variance + 1e-5) + b,    g = sum_s share_s g_s,    b = sum_s share_s b_s

    (Dumoulin, Shlens and Kudlur 2017, "A learned representation for artistic style"). Maps that deviate from their mean
    by less than 1e-4 of the root mean square of all maps of the image are flat but for rounding, which layer after
    layer would magnify to a pattern that differs from processor to processor: they become b. The input is a pair: maps
    `(batch, height, width, channels)`, of any range, and the share of each style in each image, `(batch, styles)`; a
    row with a single 1 is one style, other rows blend. The output has the shape of the maps. Statistics are computed in
    float32.

    Args:
        styles: How many there are.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: `styles` is not a positive whole number.
    """

    def __init__(self, styles: int, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(styles, int) or styles < 1:
            raise InputError(f"styles is {styles!r}; it must be a positive whole number")
        self.styles = styles

    def build(self, input_shape: list[tuple[int | None, ...]]) -> None:
        shape = (self.styles, input_shape[0][-1])
        self.scale = self.add_weight(shape=shape, initializer="ones", autocast=False, name="scale")
        self.offset = self.add_weight(shape=shape, initializer="zeros", autocast=False, name="offset")

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        maps, shares = inputs
        scale, offset = self.factors(shares, *tf.nn.moments(tf.cast(maps, tf.float32), (1, 2)))
        return maps * tf.cast(scale, maps.dtype) + tf.cast(offset, maps.dtype)

    def factors(self, shares: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """By what maps are multiplied, and what is added to them then.

        Args:
            shares: Of each style in each image, `(batch, styles)`.
            mean: Of the maps of each image, float32 `(batch, channels)`.
            variance: Likewise.

        Returns:
            Both float32 `(batch, 1, 1, channels)`.
        """
        shares = tf.cast(shares, tf.float32)
        flat = FLAT**2 * tf.reduce_mean(variance + mean**2, -1, keepdims=True)
        normal = tf.where(variance > flat, tf.math.rsqrt(variance + EPSILON), 0.0)
        scale = tf.matmul(shares, self.scale) * normal
        offset = tf.matmul(shares, self.offset) - mean * scale
        return scale[:, None, None], offset[:, None, None]

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "styles": self.styles}
