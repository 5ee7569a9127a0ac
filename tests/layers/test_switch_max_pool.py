import numpy as np
import pytest
import tensorflow as tf

from nst_tf.layers import SwitchMaxPool

from . import oracle


def _first_maxima(image: np.ndarray, upstream: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """NumPy: each value goes to the first maximum of its window, in reading order."""
    placed = np.zeros_like(image)
    for down, across, channel in np.ndindex(upstream.shape):
        window = image[down * rows : (down + 1) * rows, across * columns : (across + 1) * columns, channel]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        placed[down * rows + row, across * columns + column, channel] += upstream[down, across, channel]
    return placed


@pytest.mark.parametrize("window", [(2, 2), (3, 2), (1, 3)])
@pytest.mark.parametrize("kind", ["random", "tied", "negative", "rounded"])
@pytest.mark.parametrize("compiled", [False, True])
def test_the_gradient_goes_to_the_first_maximum_of_each_window(window, kind, compiled):
    random = np.random.default_rng(0)
    image = {
        "random": random.normal(size=(7, 8, 3)),
        "tied": np.ones((7, 8, 3)),
        "negative": -1 - random.random((7, 8, 3)),
        "rounded": random.integers(0, 3, (7, 8, 3)),
    }[kind].astype(np.float32)
    layer = SwitchMaxPool(window)

    @tf.function(jit_compile=compiled)
    def gradient(image, upstream):
        with tf.GradientTape() as tape:
            tape.watch(image)
            pooled = layer(image)
        return tape.gradient(pooled, image, upstream)

    shape = (7 // window[0], 8 // window[1], 3)
    upstream = random.normal(size=shape).astype(np.float32)
    actual = gradient(tf.constant(image[None]), tf.constant(upstream[None]))[0]
    np.testing.assert_array_equal(actual, _first_maxima(image, upstream, *window))


@pytest.mark.parametrize("sizes", oracle.WINDOWS, ids=str)
@pytest.mark.parametrize(("padding", "compiled"), [("valid", False), ("valid", True), ("same", False)])
def test_the_gradient_goes_to_the_first_maximum_where_windows_overlap_or_reach_over_the_edge(sizes, padding, compiled):
    layer = SwitchMaxPool(*sizes, padding)

    @tf.function(jit_compile=compiled)
    def gradient(image, upstream):
        with tf.GradientTape() as tape:
            tape.watch(image)
            pooled = layer(image)
        return tape.gradient(pooled, image, upstream)

    for kind in ("random", "tied", "negative", "rounded", "photograph"):
        image = oracle.inputs("float32")[kind]
        _, _, flat = oracle.switches(image, *sizes, padding)
        upstream = np.random.default_rng(1).integers(-9, 9, flat.shape).astype(np.float32)
        expected = oracle.unpool(upstream, flat, *image.shape[1:3], "sum")
        np.testing.assert_array_equal(gradient(tf.constant(image), tf.constant(upstream)), expected)
