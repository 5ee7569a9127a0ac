"""L2 pooling whose output is about as large as that of max pooling."""

import math

import keras
import tensorflow as tf

from nst_tf.layers.pool import Pool2D

__all__ = ["ScaledL2Pool"]

SCALE = 0.78


def _sqrt(x: tf.Tensor) -> tf.Tensor:
    """The square root, with the gradient 0 instead of infinity at 0."""
    positive = x > 0
    return tf.where(positive, tf.sqrt(tf.where(positive, x, tf.ones_like(x))), tf.zeros_like(x))


@keras.saving.register_keras_serializable(package="nst_tf")
class ScaledL2Pool(Pool2D):
    """L2 pooling, scaled to the size of max pooling: `y = 0.78 sqrt(n) sqrt(mean(x^2))` over the n cells of a window.

    For a whole window that is 0.78 times the root of the sum of squares, as in crowsonkb/style-transfer-pytorch (whose
    `LPPool2d` sums), or 1.56 root mean squares for 2x2 windows. For the activations of VGG16 on photographs the
    ratio of max pooling to the root mean square is 1.4 to 1.6; for the 3x3 windows of AlexNet it is 1.9 to 2.0 and the
    factor is 2.34.

    The input is `(batch, height, width, channels)`, of any range; the output has the same number of channels. With
    `padding="same"` the cells outside the image do not count in the mean. The gradient of a window of zeros is 0.

    Args:
        pool_size: Height and width of the window in pixels, an int or a pair.
        strides: Steps of the window in pixels, an int or a pair; `None` means `pool_size`.
        padding: `"valid"` or `"same"`.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A window, stride or padding is not one of those above.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        # Squares of common activations overflow float16 (above 255) or vanish in it (below 2e-4).
        x = tf.cast(inputs, tf.float32) if inputs.dtype.size < 4 else inputs
        factor = SCALE * math.sqrt(math.prod(self.pool_size))
        pooled = factor * _sqrt(tf.nn.avg_pool2d(tf.square(x), **self.window))
        return tf.cast(pooled, inputs.dtype)
