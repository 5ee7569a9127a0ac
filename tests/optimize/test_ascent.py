import numpy as np
import pytest
import tensorflow as tf

from nst_tf.optimize import Loop
from nst_tf.optimize.ascent import Ascent

KERNEL = np.random.default_rng(9).normal(size=(3, 3, 3, 4))
START = np.random.default_rng(0).uniform(0.2, 0.8, (2, 7, 9, 3))


def energy(image):
    """Minus half the sum of the squares of a linear network's features, which sees the border's zeros."""
    return -tf.reduce_sum(tf.nn.conv2d(image, tf.constant(KERNEL), 1, "SAME") ** 2, axis=(1, 2, 3)) / 2


def gradient_in_numpy(image):
    """Of `energy`, by the dense matrix of the convolution."""
    height, width = image.shape[1:3]
    rows = np.eye(height * width * 3).reshape(-1, height, width, 3)
    matrix = np.stack([convolve(row).ravel() for row in rows])
    flat = image.reshape(len(image), -1)
    return -(flat @ matrix @ matrix.T).reshape(image.shape)


def convolve(image):
    padded, made = np.pad(image, [(1, 1), (1, 1), (0, 0)]), 0
    for row in range(3):
        for column in range(3):
            window = padded[row : row + image.shape[0], column : column + image.shape[1]]
            made = made + window @ KERNEL[row, column]
    return made


def in_numpy(image, shifts, rate):
    for shift in shifts:
        rolled = np.roll(image, shift, (1, 2))
        gradient = np.roll(gradient_in_numpy(rolled), [-one for one in shift], (1, 2))
        image = np.clip(image - rate * gradient / np.abs(gradient).mean(axis=(1, 2, 3), keepdims=True), 0, 1)
    return image


def test_steps_are_those_of_numpy_with_the_jitter_undone():
    optimizer = Ascent(rate=0.01, jitter=3)
    loop, state = Loop(energy, optimizer), optimizer.start(tf.constant(START), seed=5)
    shifts = [optimizer.shift(tf.constant([5, count], tf.int64)).numpy() for count in range(4)]
    assert any(shift.any() for shift in shifts)
    np.testing.assert_allclose(loop.advance(state, 1).image, in_numpy(START, shifts[:1], 0.01), rtol=1e-9)
    np.testing.assert_allclose(loop.advance(state, 4).image, in_numpy(START, shifts, 0.01), rtol=1e-9)
    np.testing.assert_allclose(optimizer.loss(loop.advance(state, 1)), energy(np.roll(START, shifts[0], (1, 2))))


def test_jitter_reaches_every_distance_on_both_axes_and_none_beyond():
    shifts = np.stack([Ascent(jitter=2).shift(tf.constant([0, count], tf.int64)) for count in range(200)])
    assert {tuple(shift) for shift in shifts} == {(row, column) for row in range(-2, 3) for column in range(-2, 3)}


def test_unrolled_jitter_is_the_identity():
    """Where the gradient follows the image, a jittered step is the same as one without, bit by bit."""

    def pulled(image):
        return tf.reduce_sum(tf.square(image - 0.5), axis=(1, 2, 3))

    states = [Loop(pulled, Ascent(0.001, jitter)).advance(Ascent().start(tf.constant(START)), 25) for jitter in (0, 32)]
    np.testing.assert_allclose(states[1].image, states[0].image, rtol=1e-12)  # sums in another order
    nothing = Loop(lambda image: 0 * tf.reduce_sum(image, axis=(1, 2, 3)), Ascent())
    np.testing.assert_array_equal(nothing.advance(Ascent().start(tf.constant(START)), 100).image, START)


def test_the_mean_change_of_a_step_is_the_rate():
    state = Loop(energy, Ascent(rate=1e-3)).advance(Ascent().start(tf.constant(START)), 1)
    np.testing.assert_allclose(np.abs(state.image - START).mean(axis=(1, 2, 3)), [1e-3, 1e-3], rtol=1e-9)


def test_pixels_stay_in_range():
    pull = np.random.default_rng(1).normal(size=START.shape)
    loop = Loop(lambda image: tf.reduce_sum(pull * image, axis=(1, 2, 3)), Ascent(rate=0.2, jitter=0))
    image = loop.advance(Ascent().start(tf.constant(START)), 10).image
    assert np.min(image) == 0
    assert np.max(image) == 1


def test_the_seed_and_the_number_of_the_step_decide_whatever_the_calls():
    loop, optimizer = Loop(energy, Ascent(rate=0.01)), Ascent()
    at_once = loop.advance(optimizer.start(tf.constant(START), seed=3), 6)
    single = optimizer.start(tf.constant(START), seed=3)
    for _ in range(6):
        single = loop.advance(single, 1)
    np.testing.assert_array_equal(single.image, at_once.image)
    other = loop.advance(optimizer.start(tf.constant(START), seed=4), 6)
    assert np.abs(other.image - at_once.image).max() > 1e-3


def test_going_on_at_another_size_keeps_the_sequence_of_the_jitter():
    optimizer = Ascent()
    state = Loop(energy, optimizer).advance(optimizer.start(tf.constant(START), seed=3), 6)
    enlarged = optimizer.enlarge(state, tf.ones((2, 12, 12, 3), tf.float64))
    np.testing.assert_array_equal(enlarged.key, [3, 6])
    np.testing.assert_array_equal(optimizer.loss(enlarged), [np.inf, np.inf])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_starts_within_the_bounds_and_unmeasured(dtype):
    state = Ascent().start(tf.constant([[[[-1, 0.25, 2]]]], dtype))
    np.testing.assert_array_equal(state.image, np.array([[[[0, 0.25, 1]]]]))
    np.testing.assert_array_equal(state.value, [np.inf])
