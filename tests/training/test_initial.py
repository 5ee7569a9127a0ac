import keras
import numpy as np
import pytest

from nst_tf.training.initial import scale_kernels


def network(channels, units, fan_in):
    """Layers of the names of ZFNet's, kernels of ones."""
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(channels, 3, kernel_initializer="ones", name="conv1")(image)
    x = keras.layers.Conv2D(channels, 5, kernel_initializer="ones", name="conv2")(x)
    x = keras.layers.Reshape((-1,))(x)[:, :fan_in]
    x = keras.layers.Dense(units, kernel_initializer="ones", name="fc6")(x)
    return keras.Model(image, keras.layers.Dense(3, kernel_initializer="ones", name="fc7")(x))


def test_variances_of_units_are_those_of_the_full_network():
    model = network(channels=4, units=32, fan_in=16)
    scale_kernels(model, 0.25)
    scales = {name: np.unique(model.get_layer(name).kernel) for name in ("conv1", "conv2", "fc6", "fc7")}
    assert all(len(values) == 1 for values in scales.values())
    squares = {name: float(values[0]) ** 2 for name, values in scales.items()}
    assert squares == pytest.approx({"conv1": 1, "conv2": 4, "fc6": 9216 / 16, "fc7": 4096 / 32}, rel=1e-6)
