"""Average pooling whose output is about as large as that of max pooling."""

import math

import keras
import tensorflow as tf

from nst_tf.layers.pool import Pool2D

__all__ = ["ScaledAveragePool"]


@keras.saving.register_keras_serializable(package="nst_tf")
class ScaledAveragePool(Pool2D):
    """Average pooling, scaled to the size of max pooling: `y = sqrt(n) * mean(x)` over the n cells of a window.

    A network trained with max pooling expects activations of that size in its later layers. The factor is 2 for 2x2
    windows, that of crowsonkb/style-transfer-pytorch; for the activations of VGG16 on photographs the ratio
    of max to average pooling is 1.6 to 2.0 (root mean squares). For the 3x3 windows of AlexNet it is 2.5 to 2.8 and
    the factor is 3.

    The input is `(batch, height, width, channels)`, of any range; the output has the same number of channels. With
    `padding="same"` the cells outside the image do not count in the mean.

    Args:
        pool_size: Height and width of the window in pixels, an int or a pair.
        strides: Steps of the window in pixels, an int or a pair; `None` means `pool_size`.
        padding: `"valid"` or `"same"`.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.

    Raises:
        InputError: A window, stride or padding is not one of those above.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return math.sqrt(math.prod(self.pool_size)) * tf.nn.avg_pool2d(inputs, **self.window)
