"""Subtraction of the mean image of a training set."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.errors import InputError

__all__ = ["SubtractMean"]


@keras.saving.register_keras_serializable(package="nst_tf")
class SubtractMean(keras.layers.Layer):
    """Brings images to the range that Zeiler and Fergus 2013 train on, about [-128, 128]: `255 * (image - mean)`.

    The input is `(batch, height, width, 3)` in [0, 1]; the output has its shape.

    The mean is kept beside the weights, not among them: it is measured and not learned, no optimizer, freezing or
    `count_params` may touch it, and the paper's count of parameters does not include it. It is saved with the layer
    all the same.

    Args:
        shape: Of the mean: `(height, width, 3)` for a mean per pixel, `(1, 1, 3)` for one per channel.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, shape: Sequence[int] = (1, 1, 3), **kwargs: Any):
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        # A variable of TensorFlow's, which Keras does not count: a new mean reaches functions compiled before it.
        self._mean = tf.Variable(tf.zeros(self.shape), trainable=False, name="mean")
        self.input_spec = keras.layers.InputSpec(ndim=4)

    @property
    def mean(self) -> np.ndarray:
        """The mean, float32 in [0, 1], of the shape given; zeros until it is assigned.

        Raises:
            InputError: What is assigned has another shape.
        """
        return self._mean.numpy()

    @mean.setter
    def mean(self, mean: np.ndarray) -> None:
        if np.shape(mean) != self.shape:
            raise InputError(f"the mean has the shape {np.shape(mean)}; it must be {self.shape}")
        self._mean.assign(np.asarray(mean, np.float32))

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return 255 * (inputs - tf.cast(self._mean, inputs.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        sides = self.shape[:2]
        if sides != (1, 1) and tuple(input_shape[1:3]) != sides:
            raise ValueError(f"the mean is of {sides} pixels and the images are of {tuple(input_shape[1:3])}")
        return input_shape

    def save_own_variables(self, store: Any) -> None:
        store["mean"] = self.mean

    def load_own_variables(self, store: Any) -> None:
        self.mean = store["mean"][()]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": self.shape}
