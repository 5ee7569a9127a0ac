"""Contrast normalisation across feature maps."""

from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["ContrastNorm"]


@keras.saving.register_keras_serializable(package="nst_tf")
class ContrastNorm(keras.layers.Layer):
    """Divides each activation by the activity of the neighbouring feature maps at the same position.

    `y = x / d` with `d_c = (bias + alpha * sum of x_k^2 over the maps k from c - radius to c + radius)^beta`
    (Krizhevsky et al. 2012, section 3.3, whose constants are the defaults; maps that do not exist count as 0). Zeiler
    and Fergus 2013 "contrast normalize across feature maps" in this place, without constants of their own.

    The paper does not say how the deconvnet undoes it. Ours multiplies by the divisor of the forward pass,
    `x = y * d`: exact for the activations themselves, and for a projected signal the inverse of the division with `d`
    held fixed, as the switches of a pooling are. `divisor` gives `d`.

    The input and the output are `(batch, height, width, channels)`, of any range; float16 is computed in float32.

    Args:
        radius: How many maps on each side take part.
        bias: The `k` of Krizhevsky et al., above 0.
        alpha: The weight of the sum of squares (of the sum, not of the mean as in Caffe), at least 0.
        beta: The exponent.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A number is not in its range.
    """

    def __init__(self, radius: int = 2, bias: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(radius, int) or radius < 0:
            raise InputError(f"radius is {radius!r}; it must be a whole number, 0 or more")
        if not bias > 0:
            raise InputError(f"bias is {bias!r}; it must be above 0")
        if not alpha >= 0:
            raise InputError(f"alpha is {alpha!r}; it must be 0 or more")
        self.radius = radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def _divisor(self, x: tf.Tensor) -> tf.Tensor:
        """The divisor in float32 at least, where the squares of float16 do not overflow."""
        squares = tf.square(tf.cast(x, tf.float32) if x.dtype.size < 4 else x)
        padded = tf.pad(squares, [(0, 0), (0, 0), (0, 0), (self.radius, self.radius)])
        total = tf.add_n([padded[..., start : start + x.shape[-1]] for start in range(2 * self.radius + 1)])
        return tf.pow(self.bias + self.alpha * total, self.beta)

    def divisor(self, x: tf.Tensor) -> tf.Tensor:
        """What `x` is divided by, in its shape and dtype.

        Args:
            x: An input of the layer, `(batch, height, width, channels)`.
        """
        return tf.cast(self._divisor(x), x.dtype)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        divisor = self._divisor(inputs)
        return tf.cast(tf.cast(inputs, divisor.dtype) / divisor, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = {"radius": self.radius, "bias": self.bias, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **config}
