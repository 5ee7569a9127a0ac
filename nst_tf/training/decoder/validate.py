"""How well a decoder inverts the encoder, on images that it was not trained with."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from nst_tf.images import read_frame
from nst_tf.one_pass.decoder import decode, level_of, levels_from

__all__ = ["Validate", "psnr"]

SIDE = 256
BATCH = 4


def psnr(image: tf.Tensor, reference: tf.Tensor) -> tf.Tensor:
    """Peak signal-to-noise ratio in dB of each image of a batch, after clipping to [0, 1]; `(batch,)`."""
    error = tf.math.squared_difference(tf.clip_by_value(image, 0, 1), reference)
    return -10 * tf.math.log(tf.reduce_mean(error, axis=(1, 2, 3))) / tf.math.log(10.0)


class Validate(keras.callbacks.Callback):
    """Adds the mean PSNR of the held-out images' middle squares, 256 px, to the logs: `psnr_relu4_1` and so on.

    Args:
        encoder: From images to features of all levels.
        files: The held-out images.
    """

    def __init__(self, encoder: keras.Model, files: Sequence[Path]):
        super().__init__()
        self._encoder, self._files = encoder, files

    def on_train_begin(self, logs=None):
        level = level_of(self.model)

        @tf.function(autograph=False)
        def judge(images):
            features = self._encoder(images)
            return {one: psnr(decode(self.model, one, features[one])["image"], images) for one in levels_from(level)}

        self._judge = judge

    def on_epoch_end(self, epoch, logs=None):
        found: dict[str, list] = {}
        for begin in range(0, len(self._files), BATCH):
            images = np.stack([read_frame(file, SIDE) for file in self._files[begin : begin + BATCH]])
            for level, values in self._judge(images).items():
                found.setdefault(level, []).extend(values.numpy())
        logs.update({f"psnr_{level}": float(np.mean(values)) for level, values in found.items()})
