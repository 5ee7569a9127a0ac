"""Reads kernels and biases from files of weights, under the names and in the channel order of our backbones."""

import re
from typing import BinaryIO

import h5py
import numpy as np

from nst_tf.backbones.registry import Weights, open_weights

__all__ = ["read_weights"]

Parameters = dict[str, tuple[np.ndarray, np.ndarray]]

DENSE_LAYERS = {"fc1": "fc6", "fc2": "fc7", "predictions": "fc8"}


def _read_npz(stream: BinaryIO) -> Parameters:
    with np.load(stream) as arrays:
        layers = dict.fromkeys(key.partition("/")[0] for key in arrays.files)
        return {layer: (arrays[f"{layer}/kernel"], arrays[f"{layer}/bias"]) for layer in layers}


def _layer_name(keras_name: str) -> str:
    return DENSE_LAYERS.get(keras_name) or re.sub(r"block(\d)_conv(\d)", r"conv\1_\2", keras_name)


def _read_keras(stream: BinaryIO) -> Parameters:
    parameters = {}
    with h5py.File(stream, "r") as file:
        for name, group in file.items():
            arrays = [group[key][()] for key in group.attrs["weight_names"]]
            if arrays:
                parameters[_layer_name(name)] = tuple(arrays)
    kernel, bias = parameters["conv1_1"]
    parameters["conv1_1"] = (kernel[:, :, ::-1], bias)
    return parameters


READERS = {"npz": _read_npz, "keras": _read_keras}


def read_weights(weights: Weights) -> Parameters:
    """The kernel and bias of every layer of a backbone, from the disk or after a download.

    Args:
        weights: Which.

    Returns:
        Layer name to `(kernel, bias)`; kernels are `(height, width, channels in, channels out)`, those of dense layers
        `(in, out)`. The first convolution takes red, green and blue in this order, whatever the order in the file.

    Raises:
        InputError: The file is not the one registered, or it is absent and `NST_TF_OFFLINE` is set.
        NstError: The download failed, or the file cannot be read.
    """
    with open_weights(weights) as stream:
        return READERS[weights.layout](stream)
