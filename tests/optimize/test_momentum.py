import numpy as np
import pytest
import tensorflow as tf

from nst_tf.optimize import Loop
from nst_tf.optimize.momentum import Momentum

START = np.random.default_rng(0).uniform(-0.3, 1.3, (2, 3, 4, 3))
PULL = np.random.default_rng(1).normal(size=START.shape)


def value(image):
    return tf.reduce_mean(PULL * image + (image - 0.5) ** 4, axis=(1, 2, 3))


def in_numpy(rates, steps, decay):
    """The images, by a loop over the phases."""
    image = START
    for rate, count in zip(rates, steps, strict=True):
        velocity = 0
        for _ in range(count):
            velocity = decay * velocity - rate * (PULL + 4 * (image - 0.5) ** 3)
            image = image + velocity
    return image


def run(steps, optimizer):
    loop = Loop(value, optimizer)
    return loop.advance(loop.optimizer.start(tf.constant(START)), steps)


@pytest.mark.parametrize(
    ("rates", "steps", "decay"), [((0.02,), (9,), 0.9), ((0.02, 0.005, 0.001), (5, 7, 4), 0.9), ((0.02,), (3,), 0.0)]
)
def test_images_are_those_of_numpy_in_all_phases(rates, steps, decay):
    state = run(sum(steps), Momentum(rates, steps, decay))
    np.testing.assert_allclose(state.image, in_numpy(rates, steps, decay), rtol=1e-9)


def test_it_can_be_halted_anywhere():
    loop = Loop(value, Momentum((0.02, 0.005), (5, 7)))
    state = loop.optimizer.start(tf.constant(START))
    for count in (3, 2, 1, 6):
        state = loop.advance(state, count)
    np.testing.assert_allclose(state.image, in_numpy((0.02, 0.005), (5, 7), 0.9), rtol=1e-9)


def test_the_velocity_begins_anew_with_a_phase():
    before, after = (run(steps, Momentum((0.02, 1e-9), (20, 20))) for steps in (20, 21))
    assert np.abs(before.velocity).mean() > 0.01
    assert np.abs(after.velocity).max() < 1e-7


def test_pixels_are_not_bounded_and_the_value_is_that_before_the_last_step():
    optimizer = Momentum((0.02,), (4,))
    three, four = run(3, optimizer), run(4, optimizer)
    np.testing.assert_allclose(optimizer.loss(four), value(optimizer.image(three)), rtol=1e-12)
    assert np.max(optimizer.image(four)) > 1.2


def test_images_of_another_size_begin_anew():
    optimizer = Momentum((0.02,), (4,))
    state = optimizer.enlarge(run(3, optimizer), tf.zeros((2, 6, 8, 3)))
    assert not np.any(state.velocity)
    assert int(state.count) == 0
    np.testing.assert_array_equal(optimizer.loss(state), [np.inf, np.inf])
