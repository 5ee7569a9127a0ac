"""Backbones with their trained weights, read under the names and in the channel order of ours."""

import re
from typing import BinaryIO

import h5py
import keras
import numpy as np

from nst_tf.backbones.alexnet import alexnet_features
from nst_tf.backbones.convolution import PADDINGS, POOLINGS
from nst_tf.backbones.registry import Weights, find_weights, open_weights
from nst_tf.backbones.vgg import VGG16_DEPTHS, VGG19_DEPTHS, vgg_classifier, vgg_features
from nst_tf.errors import unknown

__all__ = ["load_backbone", "read_weights"]

CLASSIFIER_SIDE = 224
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


def _network(x, name: str, pooling: str, padding: str):
    if name == "alexnet":
        return alexnet_features(x, pooling, padding)
    x = vgg_features(x, VGG19_DEPTHS if name == "vgg19" else VGG16_DEPTHS, pooling, padding)
    return vgg_classifier(x) if name == "vgg16-classifier" else x


def _head(x, classes: int):
    """A linear classifier of the features' average, as `nst_tf.training.train_head` fits."""
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.layers.Softmax(name="softmax")(keras.layers.Dense(classes, name="head")(x))


def _build(weights: Weights, pooling: str, padding: str) -> keras.Model:
    side = CLASSIFIER_SIDE if weights.name == "vgg16-classifier" else None
    image = keras.Input((side, side, 3), name="image")
    # Rounded before the mean is taken off, pixels would lose as much as in all layers behind.
    pixels = {"dtype": "float32", "name": "preprocess"}
    x = keras.layers.Rescaling(list(weights.scale), list(weights.offset), **pixels)(image)
    x = _network(x, weights.base or weights.name, pooling, padding)
    model = keras.Model(image, _head(x, len(weights.classes)) if weights.base else x, name=weights.name)
    model.trainable = False
    return model


def _assign(model: keras.Model, parameters: Parameters) -> None:
    for name, (kernel, bias) in parameters.items():
        layer = model.get_layer(name)
        layer.kernel.assign(kernel)
        layer.bias.assign(bias)


def load_backbone(name: str = "vgg16", *, pooling: str = "max", padding: str = "zero") -> keras.Model:
    """A trained convolutional network, to measure images with.

    It takes float32 RGB images in [0, 1], `(batch, height, width, 3)`, of any size (`"vgg16-classifier"`: 224x224) and
    cannot be trained. Its first layer, `preprocess`, brings the image to what the weights were trained with. The
    others are named `conv1_1`, `relu1_1`, ..., `pool1`, ..., `pool5` (VGG) or `conv1`, `relu1`, `pool1`, ...,
    `pool5` (AlexNet), and `flatten`, `fc6`, `relu6`, `fc7`, `relu7`, `fc8`, `softmax` (classifier).

    Args:
        name: `"vgg16"` or `"alexnet"` (bundled), each also with a small classifier of six kinds of photographs as
            `"vgg16-photos"` and `"alexnet-photos"` (layers `average`, `head`, `softmax`); `"vgg19"` or
            `"vgg16-classifier"` (downloaded once, see `fetch`).
        pooling: `"max"` as trained; `"average"` or `"l2"`, scaled to about the same size; or `"mean"`, the average as
            it is.
        padding: `"zero"` as trained; `"replicate"`, which repeats the edge before the first convolution only; or
            `"circular"`, which goes on with the opposite edge before every convolution: a VGG then sees an image whose
            sides are multiples of 32 as if it were repeated without end.

    Returns:
        The functional model, ending in its last layer; see `feature_extractor` for layers within.

    Raises:
        InputError: A name is unknown, the file of weights is not the one registered, or it is absent and
            `NST_TF_OFFLINE` is set.
        NstError: The download failed, or the file cannot be read.
    """
    weights = find_weights(name)
    if pooling not in POOLINGS:
        raise unknown("pooling", pooling, POOLINGS)
    if padding not in PADDINGS:
        raise unknown("padding", padding, PADDINGS)
    parameters = read_weights(weights) | (read_weights(find_weights(weights.base)) if weights.base else {})
    model = _build(weights, pooling, padding)
    _assign(model, parameters)
    return model
