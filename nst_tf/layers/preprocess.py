"""Preprocessing of images as a layer."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

__all__ = ["Preprocess"]


@keras.saving.register_keras_serializable(package="nst_tf")
class Preprocess(keras.layers.Layer):
    """Brings images to what a network was trained with: `scale * image + offset`, and the channels reversed if `bgr`.

    Input and output are `(batch, height, width, 3)`; the input is RGB in [0, 1].

    Args:
        scale: Of red, green and blue.
        offset: Of red, green and blue.
        bgr: Whether the output is blue, green, red.
        **kwargs: Of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def __init__(self, scale: Sequence[float], offset: Sequence[float], bgr: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale, self.offset, self.bgr = tuple(scale), tuple(offset), bgr

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        x = inputs * tf.constant(self.scale, inputs.dtype) + tf.constant(self.offset, inputs.dtype)
        return x[..., ::-1] if self.bgr else x

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset, "bgr": self.bgr}
