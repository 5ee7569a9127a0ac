"""Switches and unpooling against NumPy, cell by cell, in every dtype and way of running."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers.switches import flat_positions, max_pool_switches, unpool

from . import oracle

RUNS = {
    "eager": lambda function, dtype: function,
    "graph": lambda function, dtype: tf.function(function),
    "xla": lambda function, dtype: tf.function(function, jit_compile=True, autograph=False),
    "any size": lambda function, dtype: tf.function(
        function, jit_compile=True, input_signature=[tf.TensorSpec([None] * 4, dtype)], autograph=False
    ),
}


def pool_and_place(window, overlaps=("sum",)):
    """From an image to its maxima, both kinds of switches, and whole numbers placed at them (sums stay exact)."""

    def run(x):
        sides = tf.unstack(tf.shape(x)[1:3])
        pooled, within = max_pool_switches(x, *window)
        flat = flat_positions(within, *sides, *window)
        numbers = tf.cast(flat + 1, x.dtype)
        return pooled, within, flat, *(unpool(numbers, within, *sides, *window, overlap) for overlap in overlaps)

    return run


def assert_as_numpy(run, x, window, overlaps=("sum",)):
    maxima, within, flat = oracle.switches(x, *window)
    placed = [oracle.unpool((flat + 1).astype(x.dtype), flat, *x.shape[1:3], overlap) for overlap in overlaps]
    pooled, *others = run(tf.constant(x))
    # On CPUs, TensorFlow's maximum of nothing but -inf is the lowest number of the dtype.
    lowest = np.finfo(x.dtype).min
    np.testing.assert_array_equal(np.maximum(pooled, lowest), np.maximum(maxima, lowest))
    for actual, expected in zip(others, (within, flat, *placed), strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("sizes", oracle.WINDOWS, ids=str)
@pytest.mark.parametrize("way", ["eager", "xla"])
def test_switches_and_unpooled_values_are_those_of_numpy(sizes, padding, way):
    window = (*sizes, padding)
    overlaps = ("sum", "last")  # in one function, which XLA takes its time to compile
    run = RUNS[way](pool_and_place(window, overlaps), "float32")
    for x in oracle.inputs("float32").values():
        assert_as_numpy(run, x, window, overlaps)


@pytest.mark.parametrize("way", RUNS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_every_dtype_and_way_of_running(dtype, way):
    window = ((3, 3), (2, 2), "same")
    run = RUNS[way](pool_and_place(window), dtype)
    for x in oracle.inputs(dtype, height=6, width=5).values():
        assert_as_numpy(run, x, window)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [(1, 1), (2, 5), (3, 3), (4, 4)], ids=str)
def test_small_images(size, padding):
    window = ((2, 2), (2, 2), padding) if padding == "valid" and min(size) > 1 else ((3, 3), (2, 2), "same")
    x = oracle.inputs("float32", height=size[0], width=size[1])["rounded"]
    assert_as_numpy(pool_and_place(window), x, window)


@pytest.mark.parametrize("overlap", ["sum", "last"])
def test_the_switches_of_one_image_serve_many_values(overlap):
    window = ((3, 3), (2, 2), "valid")
    x = oracle.inputs("float32", batch=1)["rounded"]
    _, within, flat = oracle.switches(x, *window)
    values = np.random.default_rng(1).integers(-9, 9, (4, *within.shape[1:])).astype(np.float32)
    placed = unpool(values, tf.constant(within, tf.int32), 7, 9, *window, overlap)
    np.testing.assert_array_equal(placed, oracle.unpool(values, np.repeat(flat, 4, 0), 7, 9, overlap))


@pytest.mark.parametrize("sizes", oracle.WINDOWS, ids=str)
def test_unpooling_by_sum_is_the_gradient_of_max_pooling(sizes):
    x = tf.constant(oracle.inputs("float64")["random"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        pooled, within = max_pool_switches(x, *sizes, "same")
    upstream = np.random.default_rng(1).normal(size=pooled.shape)
    placed = unpool(upstream, within, 7, 9, *sizes, "same")
    np.testing.assert_allclose(placed, tape.gradient(pooled, x, upstream), rtol=1e-12)


def test_a_switch_lies_in_the_image_even_where_it_is_not_a_number():
    x = tf.fill([1, 5, 5, 1], float("nan"))
    _, within = max_pool_switches(x, (3, 3), (2, 2), "same")
    flat = flat_positions(within, 5, 5, (3, 3), (2, 2), "same")
    assert flat[0, ..., 0].numpy().tolist() == [[0, 2, 4], [10, 12, 14], [20, 22, 24]]


def test_known_sizes_stay_known():
    @tf.function(input_signature=[tf.TensorSpec([None, 7, 9, 3])])
    def check(x):
        pooled, within = max_pool_switches(x, (3, 3), (2, 2), "same")
        placed = unpool(pooled, within, 7, 9, (3, 3), (2, 2), "same")
        assert within.shape.as_list() == [None, 4, 5, 3]
        assert placed.shape.as_list() == [None, 7, 9, 3]

    check(tf.zeros([1, 7, 9, 3]))


def test_refuses_an_unknown_overlap():
    with pytest.raises(InputError, match="unknown overlap 'lest'; did you mean 'last'"):
        unpool(tf.zeros([1, 1, 1, 1]), tf.zeros([1, 1, 1, 1], tf.int32), 2, 2, (2, 2), (2, 2), "valid", "lest")
