"""Cropping to the size of another tensor."""

import keras
import tensorflow as tf

__all__ = ["CropLike"]


@keras.saving.register_keras_serializable(package="nst_tf")
class CropLike(keras.layers.Layer):
    """The top left part of the first input that is as high and wide as the second.

    Both are `(batch, height, width, channels)`, of any range and with any channels. Networks that halve and double
    their maps end with it: they give a few rows and columns too many where a side is odd on its way.
    """

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        maps, like = inputs
        size = tf.shape(like)
        return maps[:, : size[1], : size[2]]

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        maps, like = input_shape
        return (maps[0], *like[1:3], maps[3])
