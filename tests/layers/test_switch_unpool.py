"""The pair of SwitchMaxPool and SwitchUnpool against NumPy, as layers of saved and exported models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import SwitchMaxPool, SwitchUnpool

from . import oracle

WINDOW = ((3, 3), (2, 2), "same")


def round_trip(overlap="sum", side=None):
    """From images to the switches and the values placed back."""
    image = keras.Input((side, side, 3))
    pooled, within, flat = SwitchMaxPool(*WINDOW, return_switches=True)(image)
    return keras.Model(image, [within, flat, SwitchUnpool(*WINDOW, overlap)([pooled, within, image])])


def expected(x, overlap="sum"):
    pooled, within, flat = oracle.switches(x, *WINDOW)
    return within, flat, oracle.unpool(pooled, flat, *x.shape[1:3], overlap)


def assert_equal(actual, x, overlap="sum"):
    for ours, numpys in zip(actual, expected(x, overlap), strict=True):
        np.testing.assert_array_equal(ours, numpys)


@pytest.fixture
def x():
    return oracle.inputs("float32")["rounded"]


@pytest.mark.parametrize("overlap", ["sum", "last"])
@pytest.mark.parametrize("jit", [None, False, True], ids=["eager", "graph", "xla"])
def test_a_round_trip_is_that_of_numpy(x, overlap, jit):
    model = round_trip(overlap)
    run = model if jit is None else tf.function(model, jit_compile=jit)
    assert_equal(run(x), x, overlap)


def test_saved_and_loaded_for_another_size(x, tmp_path):
    round_trip("last").save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_equal(loaded(x), x, "last")
    assert_equal(loaded(x[:1, :5]), x[:1, :5], "last")


def test_exported_as_a_saved_model(x, tmp_path):
    round_trip().export(tmp_path / "model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    assert_equal(loaded.serve(x), x)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_dtypes(dtype):
    x = oracle.inputs(dtype)["rounded"]
    pooled, within, _ = SwitchMaxPool(*WINDOW, return_switches=True, dtype=dtype)(x)
    placed = SwitchUnpool(*WINDOW, dtype=dtype)([pooled, within, x])
    assert placed.dtype == dtype
    np.testing.assert_array_equal(placed, expected(x)[2])


def test_symbolic_shapes_and_dtypes_are_the_real_ones():
    within, flat, placed = round_trip(side=9).outputs
    assert [tensor.shape for tensor in (within, flat, placed)] == [(None, 5, 5, 3), (None, 5, 5, 3), (None, 9, 9, 3)]
    assert [tensor.dtype for tensor in (within, flat, placed)] == ["int32", "int32", "float32"]


def test_one_image_serves_many_values(x):
    _, within, flat = oracle.switches(x[:1], *WINDOW)
    values = np.random.default_rng(1).integers(-9, 9, (5, *within.shape[1:])).astype(np.float32)
    placed = SwitchUnpool(*WINDOW)([values, tf.constant(within, tf.int32), x[:1]])
    np.testing.assert_array_equal(placed, oracle.unpool(values, np.repeat(flat, 5, 0), 7, 9, "sum"))


def test_refuses_an_unknown_overlap():
    with pytest.raises(InputError, match="unknown overlap 'som'; did you mean 'sum'"):
        SwitchUnpool(overlap="som")
