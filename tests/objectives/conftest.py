import numpy as np
import pytest
import tensorflow as tf


@pytest.fixture
def relu_features():
    """Makes float64 maps like those after a ReLU: not negative, sparse, correlated, channels of unlike variance."""

    def make(seed, shape):
        rng, channels = np.random.default_rng(seed), shape[-1]
        mixing = np.random.default_rng(99).normal(size=(channels // 2, channels))
        causes = rng.normal(size=(*shape[:-1], channels // 2)) @ mixing
        noise = rng.normal(size=shape)
        return np.maximum(causes + 0.3 * noise - 0.5, 0) * np.geomspace(3, 0.03, channels)

    return make


@pytest.fixture
def value_and_gradient():
    """Maps an objective and features of its layer "x", taken as the image too, to NumPy values and their gradient."""

    def measure(objective, features):
        features = tf.convert_to_tensor(features)
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = objective({"x": features}, features)
        return value.numpy(), tape.gradient(value, features).numpy()

    return measure


@pytest.fixture
def differences():
    """Central differences of an objective at one image `(1, height, width, channels)`, all in one batch."""

    def measure(objective, image, step=1e-5):
        moves = step * np.eye(image.size).reshape(-1, *image.shape[1:])
        after, before = (objective({"x": at}, at).numpy() for at in map(tf.constant, (image + moves, image - moves)))
        return ((after - before) / (2 * step)).reshape(image.shape)

    return measure
