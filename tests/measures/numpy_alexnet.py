"""AlexNet in NumPy and float64."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nst_tf.backbones import WEIGHTS
from nst_tf.backbones.pretrained import read_weights


def windows(maps, side, stride):
    return sliding_window_view(maps, (side, side), (0, 1))[::stride, ::stride]


def convolve(maps, kernel, bias, stride, padding):
    padded = np.pad(maps, ((padding, padding), (padding, padding), (0, 0)))
    found = np.einsum("yxcij,ijco->yxo", windows(padded, len(kernel), stride), kernel, optimize=True)
    return np.maximum(found + bias, 0)


def alexnet(image):
    """relu1 to relu5 in float64, of an image in [-1, 1], by the definition of LPIPS."""
    layers, found = read_weights(WEIGHTS["alexnet"]), []
    maps = (image - [-0.030, -0.088, -0.188]) / [0.458, 0.448, 0.450]
    for name, stride, padding, pool in (
        ("conv1", 4, 2, False), ("conv2", 1, 2, True), ("conv3", 1, 1, True), ("conv4", 1, 1, False),
        ("conv5", 1, 1, False),
    ):  # fmt: skip
        maps = windows(maps, 3, 2).max((-1, -2)) if pool else maps
        kernel, bias = (np.asarray(array, np.float64) for array in layers[name])
        maps = convolve(maps, kernel, bias, stride, padding)
        found.append(maps)
    return found
