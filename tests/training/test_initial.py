import keras
import numpy as np
import pytest

from nst_tf.backbones.zfnet import zfnet
from nst_tf.training.initial import scale_kernels


def network(channels, units):
    """Layers of the kinds of ZFNet's with 2x2 positions before the dense ones, kernels of ones."""
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(channels, 3, kernel_initializer="ones", name="conv1")(image)
    x = keras.layers.Conv2D(channels, 5, kernel_initializer="ones", name="conv2")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(units, kernel_initializer="ones", name="fc6")(x)
    return keras.Model(image, keras.layers.Dense(3, kernel_initializer="ones", name="fc7")(x))


def test_variances_of_units_are_those_of_the_full_network():
    model = network(channels=4, units=32)
    scale_kernels(model, 0.25)
    scales = {name: np.unique(model.get_layer(name).kernel) for name in ("conv1", "conv2", "fc6", "fc7")}
    assert all(len(values) == 1 for values in scales.values())
    squares = {name: float(values[0]) ** 2 for name, values in scales.items()}
    assert squares == pytest.approx({"conv1": 1, "conv2": 4, "fc6": 4 * 36 / 4, "fc7": 4}, rel=1e-6)


def test_full_networks_are_left_as_they_are_whatever_they_lack():
    model = zfnet(2, omit=["fc6", "fc7"], maps={"conv5": 64})
    before = [layer.get_weights() for layer in model.layers]
    scale_kernels(model, 1.0)
    for layer, weights in zip(model.layers, before, strict=True):
        for one, other in zip(layer.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(one, other)
