"""The size of the first weights of narrow networks and small inputs."""

import math

import keras

__all__ = ["scale_kernels"]

PAPER_POSITIONS = 6 * 6  # of pool5


def scale_kernels(model: keras.Model, width: float) -> None:
    """Enlarges the new kernels of a reduced network until its signals are as large as in the paper's.

    A unit's variance is that of its weights times the number of its inputs. The paper's weights, of deviation 1e-2,
    suit its thousands of inputs; with fewer, the signal fades from layer to layer, and a network of a quarter of the
    width does not learn at all. The full network, and a variant of it without some layers, is left as it is, and so
    is the first layer, whose inputs are always three colours.

    Args:
        model: A new `zfnet` or `alexnet_classifier`.
        width: The share of channels it was made with.
    """
    positions = math.prod(model.get_layer("flatten").input.shape[1:3])
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in (*convolutions[1:], *dense):
        share = width * positions / PAPER_POSITIONS if layer is dense[0] else width
        layer.kernel.assign(layer.kernel / math.sqrt(share))
