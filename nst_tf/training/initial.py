"""The size of the first weights of narrow networks and small inputs."""

import math

import keras

__all__ = ["scale_kernels"]

PAPER_INPUTS = {"fc6": 6 * 6 * 256, "fc7": 4096, "fc8": 4096}


def scale_kernels(model: keras.Model, width: float) -> None:
    """Enlarges the new kernels of a reduced network until its signals are as large as in the paper's.

    A unit's variance is that of its weights times the number of its inputs. The paper's weights, of deviation 1e-2,
    suit its thousands of inputs; with fewer, the signal fades from layer to layer, and a network of a quarter of the
    width does not learn at all. The full network is left as it is, and so is the first layer, whose inputs are
    always three colours.

    Args:
        model: A new `zfnet` or `alexnet_classifier`.
        width: The share of channels it was made with.
    """
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)) and layer.name != "conv1":
            inputs = math.prod(layer.kernel.shape[:-1])
            wanted = PAPER_INPUTS.get(layer.name, inputs / width)
            layer.kernel.assign(layer.kernel * math.sqrt(wanted / inputs))
