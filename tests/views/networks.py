"""Small networks that images are seen with, and images."""

import keras
import numpy as np
import tensorflow as tf

from nst_tf.layers import ReplicatePad, SwitchMaxPool
from nst_tf.optimize import Lbfgs
from nst_tf.recipes.feature_loop import FeatureLoop

__all__ = ["LAYERS", "SIZES", "TILE", "assert_each_counts_once", "built", "pixels"]

SIZES = [(45, 70), (64, 33), (61, 61)]
TILE = 24
LAYERS = {"fine": 5, "coarse": 7}


def built(dtype, padding="same", strides=1):
    """Two poolings, as VGG16 has them, with a replicated edge; or what cannot be cut into tiles."""
    keras.utils.set_random_seed(0)
    more = {"dtype": dtype, "activation": "relu", "bias_initializer": "normal"}
    image = keras.Input((None, None, 3), dtype=dtype)
    x = fine = keras.layers.Conv2D(LAYERS["fine"], 3, name="fine", **more)(ReplicatePad(1, dtype=dtype)(image))
    x = keras.layers.Conv2D(6, 3, strides=strides, padding=padding, **more)(SwitchMaxPool(2, dtype=dtype)(x))
    x = SwitchMaxPool(2, dtype=dtype)(x)
    coarse = keras.layers.Conv2D(LAYERS["coarse"], 3, padding=padding, name="coarse", **more)(x)
    return FeatureLoop(keras.Model(image, {"fine": fine, "coarse": coarse}), Lbfgs())


def pixels(size, seed=0, dtype="float64", channels=3):
    return tf.constant(np.random.default_rng(seed).random((1, *size, channels)), dtype)


def assert_each_counts_once(tiles, layers):
    """Each position of the image and of these layers counts in just one of the tiles."""
    for layer in ("", *layers):
        counted = np.zeros(tiles.boxes[layer][0, -2:], int)
        for _, part in tiles.parts():
            top, left = part.boxes[layer].start
            height, width = part.boxes[layer].size
            counted[top : top + height, left : left + width] += 1
        np.testing.assert_array_equal(counted, 1)
