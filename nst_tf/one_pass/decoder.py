"""Decoders: from features of VGG16 back to the image, by the encoder's layers mirrored.

A decoder is a chain of blocks. Each leads from one level to the next finer one, and the last to the image:

    relu4_1 -> relu3_1 -> relu2_1 -> relu1_1 -> image

So the decoder of a level is the end of the chain from there on, and one file of weights holds those of all levels (as
in the block-wise decoder of Chiu and Gurari 2022, "PhotoWCT2").
"""

import itertools
from typing import Any

import keras
import numpy as np

from nst_tf.errors import unknown
from nst_tf.layers import ReflectPad, UpsampleConv2D

__all__ = ["LEVELS", "build_decoder", "decode", "level_of", "levels_from", "normalised_error"]

# From coarse to fine, with the channels and the root mean square of the features, on photographs in [0, 1].
CHANNELS = {"relu4_1": 512, "relu3_1": 256, "relu2_1": 128, "relu1_1": 64}
RMS = {"relu4_1": 3.6, "relu3_1": 3.2, "relu2_1": 1.8, "relu1_1": 0.8}
LEVELS = tuple(CHANNELS)
GREY = 0.5


def levels_from(level: str) -> tuple[str, ...]:
    """A level and all finer ones, from coarse to fine.

    Raises:
        InputError: There is no such level.
    """
    if level not in LEVELS:
        raise unknown("level", level, LEVELS)
    return LEVELS[LEVELS.index(level) :]


def _convolve(x, channels: int):
    x = keras.layers.Conv2D(channels, 3, kernel_initializer="he_normal")(ReflectPad()(x))
    return keras.layers.ReLU()(x)


def _block(level: str, finer: str | None) -> keras.Model:
    features = keras.Input((None, None, CHANNELS[level]))
    x = keras.layers.Rescaling(1 / RMS[level])(features)
    if finer is None:
        x = keras.layers.Conv2D(3, 3, bias_initializer=keras.initializers.Constant(GREY))(ReflectPad()(x))
        # Pixels stay float32 under a policy of mixed precision.
        return keras.Model(features, keras.layers.Activation("linear", dtype="float32")(x), name=level)
    x = _convolve(x, CHANNELS[finer])
    x = keras.layers.ReLU()(UpsampleConv2D(CHANNELS[finer])(x))
    if level == "relu4_1":  # the encoder has one more convolution here
        x = _convolve(x, CHANNELS[finer])
    return keras.Model(features, keras.layers.Rescaling(RMS[finer])(x), name=level)


def build_decoder(level: str = "relu4_1") -> keras.Model:
    """An untrained decoder: features of the level to what they are decoded to on all finer ones, and to the image.

    Args:
        level: One of `LEVELS`.

    Returns:
        A model from features `(batch, rows, columns, channels)` to a dict of level to features, twice as many rows and
        columns each time, and `"image"` to RGB about [0, 1]. Its blocks are the layers named after the level that they
        begin with.

    Raises:
        InputError: There is no such level.
    """
    levels = levels_from(level)
    blocks = [_block(*pair) for pair in itertools.zip_longest(levels, levels[1:])]
    features = keras.Input((None, None, CHANNELS[level]), name="features")
    outputs, x = {}, features
    for block, name in zip(blocks, [*levels[1:], "image"], strict=True):
        outputs[name] = x = block(x)
    return keras.Model(features, outputs, name=f"decoder_{level}")


def level_of(decoder: keras.Model) -> str:
    """The level of the features that a decoder of `build_decoder` takes."""
    return decoder.name.removeprefix("decoder_")


def decode(decoder: keras.Model, level: str, features: Any) -> dict:
    """What features of any of a decoder's levels are decoded to, as the decoder's own outputs.

    Args:
        decoder: One of `build_decoder`.
        level: Where to begin, its own level or a finer one.
        features: Of that level.
    """
    outputs, x = {}, features
    for name, finer in itertools.zip_longest(levels_from(level), levels_from(level)[1:], fillvalue="image"):
        outputs[finer] = x = decoder.get_layer(name)(x)
    return outputs


def normalised_error(predicted: Any, features: Any, level: str) -> Any:
    """The mean squared error of decoded features, in units of the level's mean square."""
    difference = keras.ops.cast(predicted, "float32") - keras.ops.cast(features, "float32")
    return keras.ops.mean(keras.ops.square(difference)) / np.float32(RMS[level] ** 2)
