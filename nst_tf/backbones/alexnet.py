"""AlexNet with one tower (Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks")."""

from collections.abc import Callable, Iterable, Mapping

import keras
import numpy as np

from nst_tf.backbones.classifier import build_classifier, normal
from nst_tf.backbones.convolution import PADDINGS, POOLINGS, convolve

__all__ = ["alexnet_classifier", "alexnet_features"]

MAPS = {"conv1": 64, "conv2": 192, "conv3": 384, "conv4": 256, "conv5": 256, "fc6": 4096, "fc7": 4096}


def alexnet_features(
    x: keras.KerasTensor,
    pooling: str,
    padding: str,
    maps: Mapping[str, int] = MAPS,
    initializer: Callable[[], keras.initializers.Initializer] = keras.initializers.Zeros,
) -> keras.KerasTensor:
    """Adds the layers `pad1`, `conv1`, `relu1`, `pool1` to `pool5`.

    Args:
        x: The preprocessed image, `(batch, height, width, 3)`.
        pooling: A key of `POOLINGS`.
        padding: A key of `PADDINGS`; `"replicate"` for the first convolution only, all others pad with zeros.
        maps: The number of maps of each convolution; one of `conv3` to `conv5` that is missing is left out.
        initializer: Makes the initializer of each kernel.

    Returns:
        The output of `pool5`, `(batch, rows, columns, 256)`.
    """

    def pool(x, number: int):
        return POOLINGS[pooling](3, strides=2, name=f"pool{number}")(x)

    def convolution(x, number: str, window: int):
        if padding != "circular":
            return convolve(x, number, maps[f"conv{number}"], window, initializer=initializer)
        padded = PADDINGS[padding](window // 2, name=f"pad{number}")(x)
        return convolve(padded, number, maps[f"conv{number}"], window, padding="valid", initializer=initializer)

    # With a stride of 4, TensorFlow's "same" pads other pixels than the network was trained with.
    x = PADDINGS[padding](2, name="pad1")(x)
    x = pool(convolve(x, "1", maps["conv1"], 11, strides=4, padding="valid", initializer=initializer), 1)
    x = pool(convolution(x, "2", 5), 2)
    for number in ("3", "4", "5"):
        if f"conv{number}" in maps:
            x = convolution(x, number, 3)
    return pool(x, 5)


def _features(x, maps: Mapping[str, int]):
    return alexnet_features(x, "max", "zero", maps, normal)


def alexnet_classifier(
    classes: int = 1000,
    *,
    side: int = 224,
    width: float = 1.0,
    mean: np.ndarray | None = None,
    omit: Iterable[str] = (),
    maps: Mapping[str, int] | None = None,
) -> keras.Model:
    """AlexNet, untrained, to compare with `zfnet`: 61,100,840 parameters with the defaults.

    Weights are from N(0, 1e-2), biases 0; there is no contrast normalisation. It takes float32 RGB images in [0, 1],
    `(batch, side, side, 3)`, and gives probabilities, `(batch, classes)`. The layers are `image`, `preprocess`, `pad1`,
    `conv1`, `relu1`, `pool1`, ..., `pool5`, `flatten`, `fc6`, `relu6`, `drop6`, `fc7`, `relu7`, `drop7`, `fc8` and
    `softmax`.

    Args:
        classes: As in `zfnet`, like all others.
        side: See `classes`.
        width: See `classes`.
        mean: See `classes`.
        omit: See `classes`.
        maps: See `classes`.

    Returns:
        The functional model, not compiled.

    Raises:
        InputError: A layer is unknown, a number out of its range, or `side` so small that a layer has no position.
    """
    options = {"classes": classes, "side": side, "width": width, "mean": mean, "omit": omit, "maps": maps}
    return build_classifier("alexnet", _features, MAPS, **options)
