"""The parts that the backbones are made of."""

from collections.abc import Callable

import keras

from nst_tf.layers import ReplicatePad, ScaledAveragePool, ScaledL2Pool, SwitchMaxPool

__all__ = ["PADDINGS", "POOLINGS", "convolve"]

POOLINGS: dict[str, type[keras.layers.Layer]] = {
    "max": SwitchMaxPool,
    "average": ScaledAveragePool,
    "l2": ScaledL2Pool,
}
PADDINGS: dict[str, Callable[..., keras.layers.Layer]] = {
    "zero": keras.layers.ZeroPadding2D,
    "replicate": ReplicatePad,
}


def convolve(x, number: str, channels: int, window: int, **options):
    """Adds the layers `conv{number}` and `relu{number}` to the tensor `x`.

    The kernels are 0 until weights are assigned, which spares the time of drawing random ones.
    """
    options = {"padding": "same", "kernel_initializer": "zeros", **options}
    x = keras.layers.Conv2D(channels, window, name=f"conv{number}", **options)(x)
    return keras.layers.ReLU(name=f"relu{number}")(x)
