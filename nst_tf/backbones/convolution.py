"""The parts that the backbones are made of."""

from collections.abc import Callable
from typing import Any

import keras

from nst_tf.layers import CircularPad, ReplicatePad, ScaledAveragePool, ScaledL2Pool, SwitchMaxPool

__all__ = ["PADDINGS", "POOLINGS", "convolve"]

POOLINGS: dict[str, type[keras.layers.Layer]] = {
    "max": SwitchMaxPool,
    "average": ScaledAveragePool,
    "l2": ScaledL2Pool,
    "mean": keras.layers.AveragePooling2D,
}
PADDINGS: dict[str, Callable[..., keras.layers.Layer]] = {
    "zero": keras.layers.ZeroPadding2D,
    "replicate": ReplicatePad,
    "circular": CircularPad,
}


def convolve(
    x: keras.KerasTensor,
    number: str,
    channels: int,
    window: int,
    *,
    initializer: Callable[[], keras.initializers.Initializer] = keras.initializers.Zeros,
    **options: Any,
) -> keras.KerasTensor:
    """Adds the layers `conv{number}` and `relu{number}` to the tensor `x`.

    The kernels are 0 by default, which spares the time of drawing random ones where weights are assigned. `initializer`
    is called for every layer: a shared one would draw the same numbers for equal shapes.
    """
    options = {"padding": "same", "kernel_initializer": initializer(), **options}
    x = keras.layers.Conv2D(channels, window, name=f"conv{number}", **options)(x)
    return keras.layers.ReLU(name=f"relu{number}")(x)
