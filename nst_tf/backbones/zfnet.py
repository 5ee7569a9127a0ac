"""ZFNet (Zeiler and Fergus 2013, "Visualizing and Understanding Convolutional Networks", version 3, figure 3)."""

from collections.abc import Iterable, Mapping

import keras
import numpy as np

from nst_tf.backbones.classifier import build_classifier, normal
from nst_tf.backbones.convolution import convolve
from nst_tf.layers import ContrastNorm, SwitchMaxPool

__all__ = ["zfnet"]

MAPS = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256, "fc6": 4096, "fc7": 4096}


def _features(x, maps: Mapping[str, int]):
    """Adds the layers `pad1`, `conv1`, `relu1`, `pool1`, `norm1` to `pool5`."""
    x = keras.layers.ZeroPadding2D(1, name="pad1")(x)
    for number, window in (("1", 7), ("2", 5)):
        x = convolve(x, number, maps[f"conv{number}"], window, strides=2, padding="valid", initializer=normal)
        x = SwitchMaxPool(3, 2, "same", name=f"pool{number}")(x)
        x = ContrastNorm(name=f"norm{number}")(x)
    for number in ("3", "4", "5"):
        if f"conv{number}" in maps:
            x = convolve(x, number, maps[f"conv{number}"], 3, initializer=normal)
    return SwitchMaxPool(3, 2, name="pool5")(x)


def zfnet(
    classes: int = 1000,
    *,
    side: int = 224,
    width: float = 1.0,
    mean: np.ndarray | None = None,
    omit: Iterable[str] = (),
    maps: Mapping[str, int] | None = None,
) -> keras.Model:
    """The paper's network, untrained: weights from N(0, 1e-2), biases 0; 62,357,608 parameters with the defaults.

    It takes float32 RGB images in [0, 1], `(batch, side, side, 3)`, and gives probabilities, `(batch, classes)`. Its
    layers are `image`, `preprocess`, `pad1`, `conv1`, `relu1`, `pool1`, `norm1`, ..., `pool5`, `flatten`, `fc6`,
    `relu6`, `drop6`, `fc7`, `relu7`, `drop7`, `fc8` and `softmax`. The poolings pad as gives the sizes of the paper's
    figure 3; the contrast normalisation, whose constants it leaves open, is that of Krizhevsky et al. 2012.

    Args:
        classes: How many classes there are.
        side: Height and width of the images in pixels.
        width: Every number of maps and units, but not of classes, is multiplied by it, rounded, and at least 1.
        mean: The mean training image in [0, 1], `(side, side, 3)` or `(1, 1, 3)`; zeros if it is `None`, until
            `model.get_layer("preprocess").mean` is assigned.
        omit: Layers to leave out, with their activation: some of `conv3`, `conv4`, `conv5`, `fc6`, `fc7` (the paper's
            table 3).
        maps: Other numbers of maps or units by layer, such as `{"conv3": 512}`, before `width` is applied.

    Returns:
        The functional model, not compiled.

    Raises:
        InputError: A layer is unknown, a number out of its range, or `side` so small that a layer has no position.
    """
    options = {"classes": classes, "side": side, "width": width, "mean": mean, "omit": omit, "maps": maps}
    return build_classifier("zfnet", _features, MAPS, **options)
