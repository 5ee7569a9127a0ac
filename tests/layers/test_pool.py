"""Max, average and L2 pooling against NumPy, in every dtype and way of running."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import ScaledAveragePool, ScaledL2Pool, SwitchMaxPool

WINDOWS = [
    {"pool_size": 2},
    {"pool_size": 3, "strides": 2},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": (2, 3), "strides": (1, 2), "padding": "same"},
]

ORACLES = {
    SwitchMaxPool: lambda cells, n: np.nanmax(cells, axis=(-2, -1)),
    ScaledAveragePool: lambda cells, n: np.sqrt(n) * np.nanmean(cells, axis=(-2, -1)),
    ScaledL2Pool: lambda cells, n: 0.78 * np.sqrt(n * np.nanmean(cells**2, axis=(-2, -1))),
}


def _outside(side, window, stride):
    total = max((-(-side // stride) - 1) * stride + window - side, 0)
    return (total // 2, total - total // 2)


def pool_in_numpy(layer, x):
    x = x.astype(np.float64)
    if layer.padding == "same":
        sides = [_outside(*side) for side in zip(x.shape[1:3], layer.pool_size, layer.strides, strict=True)]
        x = np.pad(x, [(0, 0), *sides, (0, 0)], constant_values=np.nan)
    cells = np.lib.stride_tricks.sliding_window_view(x, layer.pool_size, axis=(1, 2))
    cells = cells[:, :: layer.strides[0], :: layer.strides[1]]
    return ORACLES[type(layer)](cells, np.prod(layer.pool_size))


def sample(shape, dtype="float32"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


@pytest.fixture(params=ORACLES, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_values_and_shape_are_those_of_numpy(kind, window):
    layer = kind(**window)
    x = sample((2, 7, 8, 3))
    expected = pool_in_numpy(layer, x)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape(x.shape) == expected.shape
    assert layer.compute_output_shape((None, None, 8, 3)) == (None, None, *expected.shape[2:])


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 2e-3), ("float32", 1e-5), ("float64", 1e-12)])
def test_compiled_for_any_size_in_any_dtype(kind, dtype, tolerance, jit):
    layer = kind(pool_size=3, strides=2, padding="same", dtype=dtype)
    compiled = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 3), dtype)], jit_compile=jit)
    for shape in [(2, 7, 8, 3), (1, 5, 5, 3)]:
        x = sample(shape, dtype)
        pooled = compiled(x)
        assert pooled.dtype == dtype
        np.testing.assert_allclose(pooled, pool_in_numpy(layer, x), rtol=tolerance, atol=tolerance)


def test_saved_and_loaded_for_another_batch(kind, tmp_path):
    image = keras.Input((None, None, 3))
    model = keras.Model(image, kind(pool_size=(3, 2), strides=2, padding="same")(image))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = sample((3, 6, 9, 3))
    np.testing.assert_allclose(loaded(x), model(x))


def test_too_small_an_image_has_no_positions(kind):
    assert kind(pool_size=3, strides=2).compute_output_shape((1, 2, 3, 4)) == (1, 0, 1, 4)
    assert kind(pool_size=3, strides=1).compute_output_shape((1, 1, 3, 4)) == (1, 0, 1, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool_size": 0}, "pool_size is 0; it must be a positive whole number"),
        ({"pool_size": (2, 2, 2)}, r"pool_size is \(2, 2, 2\)"),
        ({"strides": 1.5}, "strides is 1.5"),
        ({"padding": "sane"}, "unknown padding 'sane'; did you mean 'same'"),
    ],
    ids=str,
)
def test_refuses_what_is_no_window(kind, options, message):
    with pytest.raises(InputError, match=message):
        kind(**options)
