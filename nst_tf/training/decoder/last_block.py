"""The last block of a decoder, from relu1_1 to the image, is linear: its best weights are solved for, not searched."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from nst_tf.images import read_frame
from nst_tf.one_pass.decoder import RMS

__all__ = ["solve_last_block"]

LEVEL = "relu1_1"
SIDE = 128
IMAGES = 64
RIDGE = 1e-6  # of the mean square of the features
WINDOW = 3


def _equations(features: tf.Tensor) -> np.ndarray:
    """What each pixel is computed from: the padded features of its window, and 1; float64 `(pixels, terms)`."""
    padded = tf.pad(tf.cast(features, tf.float32) / RMS[LEVEL], ((0, 0), (1, 1), (1, 1), (0, 0)), "REFLECT")
    patches = tf.image.extract_patches(padded, [1, WINDOW, WINDOW, 1], [1] * 4, [1] * 4, "VALID")
    rows = patches.numpy().reshape(-1, patches.shape[-1]).astype(np.float64)
    return np.pad(rows, ((0, 0), (0, 1)), constant_values=1)


def solve_last_block(decoder: keras.Model, encoder: keras.Model, files: Sequence[Path]) -> None:
    """Gives the last block the weights of the least squared error of pixels, on some images.

    Args:
        decoder: One of `build_decoder`.
        encoder: From images to features of relu1_1, among others.
        files: Images, of which 64 at most are used, evenly spread.
    """
    normal, right = np.zeros(()), np.zeros(())
    for file in files[:: -(-len(files) // IMAGES)]:
        image = read_frame(file, SIDE)
        rows = _equations(encoder(image[None])[LEVEL])
        normal, right = normal + rows.T @ rows, right + rows.T @ image.reshape(-1, 3)
    terms = len(normal)
    weights = np.linalg.solve(normal + RIDGE * np.trace(normal) / terms * np.eye(terms), right)
    (layer,) = (one for one in decoder.get_layer(LEVEL).layers if isinstance(one, keras.layers.Conv2D))
    layer.kernel.assign(weights[:-1].reshape(layer.kernel.shape))
    layer.bias.assign(weights[-1])
