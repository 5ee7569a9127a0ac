"""Contrast normalisation against float64 NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import ContrastNorm

OPTIONS = [{}, {"radius": 0}, {"radius": 9}, {"radius": 1, "bias": 1.5, "alpha": 0.3, "beta": 0.5}]


def divisor_in_numpy(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    total = np.zeros(x.shape)
    for channel in range(x.shape[-1]):
        near = x[..., max(channel - radius, 0) : channel + radius + 1].astype(np.float64)
        total[..., channel] = (near**2).sum(-1)
    return (bias + alpha * total) ** beta


def sample(dtype="float32", scale=100):
    return (scale * np.random.default_rng(0).normal(size=(2, 3, 4, 7))).astype(dtype)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("jit", [None, False, True], ids=["eager", "graph", "xla"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 1e-3), ("float32", 1e-6), ("float64", 1e-13)])
def test_values_are_those_of_numpy(options, jit, dtype, tolerance):
    layer, x = ContrastNorm(**options, dtype=dtype), sample(dtype)
    y = (layer if jit is None else tf.function(layer, jit_compile=jit))(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, x / divisor_in_numpy(x, **options), rtol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 2e-3), ("float32", 1e-6), ("float64", 1e-14)])
def test_the_divisor_undoes_it(dtype, tolerance):
    layer, x = ContrastNorm(dtype=dtype), sample(dtype)
    np.testing.assert_allclose(layer(x) * layer.divisor(tf.constant(x)), x, rtol=tolerance)


def test_large_half_precision_activations_do_not_overflow():
    x = np.full((1, 1, 1, 5), 6e4, np.float16)
    np.testing.assert_allclose(ContrastNorm(dtype="float16")(x), x / divisor_in_numpy(x), rtol=1e-3)


def test_the_gradient_is_the_numeric_one():
    options = {"alpha": 0.3}
    layer, x = ContrastNorm(**options, dtype="float64"), tf.constant(sample("float64", scale=1))
    weights = np.random.default_rng(1).normal(size=x.shape)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(weights * layer(x))
    gradient = tape.gradient(total, x).numpy()
    for place in np.ndindex(2, 1, 1, 7):
        step = np.zeros(x.shape)
        step[place] = 1e-5
        up, down = (
            (weights * (z / divisor_in_numpy(z, **options))).sum() for z in (x.numpy() + step, x.numpy() - step)
        )
        assert gradient[place] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-8)


def test_saved_and_loaded_for_another_batch(tmp_path):
    image = keras.Input((None, None, 7))
    keras.Model(image, ContrastNorm(**OPTIONS[3])(image)).save(tmp_path / "model.keras")
    x = sample()
    expected = x / divisor_in_numpy(x, **OPTIONS[3])
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "model.keras")(x), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius": -1}, "radius is -1; it must be a whole number, 0 or more"),
        ({"radius": 1.5}, "radius is 1.5"),
        ({"bias": 0}, "bias is 0; it must be above 0"),
        ({"alpha": -1e-4}, "alpha is -0.0001; it must be 0 or more"),
    ],
    ids=str,
)
def test_refuses_numbers_out_of_range(options, message):
    with pytest.raises(InputError, match=message):
        ContrastNorm(**options)
