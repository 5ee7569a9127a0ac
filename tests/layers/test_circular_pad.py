"""Circular padding against `np.pad`, and its gradient against the adjoint written in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import CircularPad


def pad_in_numpy(x, pixels):
    return np.pad(x, [(0, 0), (pixels, pixels), (pixels, pixels), (0, 0)], mode="wrap")


def adjoint_in_numpy(weights, pixels, height, width):
    rows = (np.arange(weights.shape[1]) - pixels) % height
    columns = (np.arange(weights.shape[2]) - pixels) % width
    total = np.zeros((weights.shape[0], height, width, weights.shape[3]))
    np.add.at(total, (slice(None), rows[:, None], columns[None]), weights)
    return total


def sample(shape, dtype="float32"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


@pytest.mark.parametrize(("pixels", "shape"), [(1, (2, 3, 4, 3)), (3, (2, 3, 4, 3)), (1, (1, 1, 1, 2))], ids=str)
def test_goes_on_with_the_opposite_edge(pixels, shape):
    layer, x = CircularPad(pixels), sample(shape)
    np.testing.assert_array_equal(layer(x), pad_in_numpy(x, pixels))
    assert layer.compute_output_shape(shape) == pad_in_numpy(x, pixels).shape
    assert layer.compute_output_shape((None, None, 4, 3)) == (None, None, 4 + 2 * pixels, 3)


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_value_and_gradient_compiled_for_any_size_in_any_dtype(dtype, jit):
    layer = CircularPad(2, dtype=dtype)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), dtype)] * 2, jit_compile=jit)
    def value_and_gradient(x, weights):
        with tf.GradientTape() as tape:
            tape.watch(x)
            padded = layer(x)
        return padded, tape.gradient(padded, x, weights)

    for height, width in [(3, 4), (5, 2)]:
        x, weights = sample((2, height, width, 3), dtype), sample((2, height + 4, width + 4, 3), dtype)
        value, gradient = value_and_gradient(x, weights)
        np.testing.assert_array_equal(value, pad_in_numpy(x, 2))
        tolerance = 1e-2 if dtype == "float16" else 1e-5
        np.testing.assert_allclose(
            gradient, adjoint_in_numpy(weights, 2, height, width), rtol=tolerance, atol=tolerance
        )


def test_saved_and_loaded_for_another_batch(tmp_path):
    image = keras.Input((None, None, 3))
    model = keras.Model(image, CircularPad(3)(image))
    model.save(tmp_path / "model.keras")
    x = sample((3, 6, 9, 3))
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), pad_in_numpy(x, 3))


@pytest.mark.parametrize("pixels", [0, -1, 1.5])
def test_refuses_what_is_no_number_of_pixels(pixels):
    with pytest.raises(InputError, match=f"pixels is {pixels}; it must be a positive whole number"):
        CircularPad(pixels)


def test_refuses_an_input_that_is_narrower_than_the_padding():
    layer = CircularPad(3)
    with pytest.raises(InputError, match="a side of 2 pixels cannot be padded with 3 of its own"):
        layer(sample((1, 4, 2, 3)))
    with pytest.raises(InputError, match="a side of 2 pixels"):
        layer.compute_output_shape((None, 2, None, 3))
