"""Zeiler and Fergus 2013, section 3: "we renormalize each filter in the convolutional layers whose RMS value exceeds a
fixed radius of 1e-1 to this fixed radius".
"""

import keras
import tensorflow as tf

__all__ = ["FilterRms"]


class FilterRms(keras.callbacks.Callback):
    """Keeps the root mean square of every convolution filter at or below a limit, after every update.

    It gives the kernels of the model's `Conv2D` layers a constraint when training begins and takes it away at its end:
    the optimizer applies it within its compiled step, on every replica, and the saved model knows nothing of it.

    Args:
        limit: Of the RMS over a filter's height, width and input channels.
    """

    def __init__(self, limit: float = 0.1):
        super().__init__()
        self.limit = limit

    def clip(self, kernel: tf.Tensor) -> tf.Tensor:
        """A `kernel` `(height, width, channels in, filters)` with the filters beyond the limit rescaled to it."""
        rms = tf.sqrt(tf.reduce_mean(tf.square(kernel), axis=(0, 1, 2), keepdims=True))
        return kernel * (self.limit / tf.maximum(rms, self.limit))

    def on_train_begin(self, logs=None):
        self._constrain(self.clip)

    def on_train_end(self, logs=None):
        self._constrain(None)

    def _constrain(self, constraint) -> None:
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Conv2D):
                layer.kernel.constraint = constraint
