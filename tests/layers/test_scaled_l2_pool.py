"""The size and the gradient of L2 pooling."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.layers import ScaledL2Pool


def gradient(layer, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    return tape.gradient(y, x)


def test_078_times_the_norm_of_a_2x2_window():
    window = np.float32([[1, 1], [1, 1]]).reshape(1, 2, 2, 1)
    np.testing.assert_allclose(ScaledL2Pool()(window), 1.56, rtol=1e-6)


def test_gradient_is_that_of_the_norm():
    x = np.random.default_rng(0).normal(size=(1, 2, 2, 3))
    expected = 0.78 * x / np.linalg.norm(x, axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(gradient(ScaledL2Pool(dtype="float64"), x), expected, rtol=1e-12)


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
def test_gradient_of_zeros_is_zero(jit):
    layer = ScaledL2Pool()
    compiled = tf.function(lambda x: gradient(layer, x), jit_compile=jit)
    np.testing.assert_array_equal(compiled(tf.zeros((1, 4, 4, 2))), 0)


@pytest.mark.parametrize("size", [1e-4, 1e4])
def test_float16_neither_overflows_nor_vanishes(size):
    x = np.full((1, 2, 2, 1), size, np.float16)
    np.testing.assert_allclose(ScaledL2Pool(dtype="float16")(x), 1.56 * size, rtol=2e-3)
