import numpy as np
import pytest
import tensorflow as tf

from nst_tf.optimize import Adam, Loop

START = np.random.default_rng(0).uniform(0.3, 0.7, (2, 3, 4, 3))
PULL = np.random.default_rng(1).normal(size=START.shape)


def value(image):
    return tf.reduce_sum(PULL * image + (image - 0.5) ** 4, axis=(1, 2, 3))


def slope(image):
    return PULL + 4 * (image - 0.5) ** 3


def in_numpy(steps, rate=0.02, betas=(0.9, 0.99), decay=0.99):
    """The last iterate and the corrected average, by the formulas of the paper."""
    iterate, first, second, average = START, 0, 0, 0
    for count in range(1, steps + 1):
        gradient = slope(iterate)
        first = betas[0] * first + (1 - betas[0]) * gradient
        second = betas[1] * second + (1 - betas[1]) * gradient**2
        moments = first / (1 - betas[0] ** count), second / (1 - betas[1] ** count)
        iterate = np.clip(iterate - rate * moments[0] / (np.sqrt(moments[1]) + 1e-8), 0, 1)
        average = decay * average + (1 - decay) * iterate
    return iterate, average / (1 - decay**steps)


def run(steps, **options):
    loop = Loop(value, Adam(**options))
    return loop.optimizer, loop.advance(loop.optimizer.start(tf.constant(START)), steps)


def test_one_step_moves_every_pixel_by_the_rate_against_its_gradient():
    optimizer, state = run(1, rate=0.05)
    np.testing.assert_allclose(state.iterate, START - 0.05 * np.sign(slope(START)), rtol=1e-6)
    np.testing.assert_allclose(state.first, 0.1 * slope(START), rtol=1e-9)
    np.testing.assert_allclose(state.second, 0.01 * slope(START) ** 2, rtol=1e-9)
    np.testing.assert_allclose(optimizer.image(state), state.iterate, rtol=1e-9)
    np.testing.assert_allclose(optimizer.loss(state), value(START), rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"rate": 0.1, "betas": (0.5, 0.9), "decay": 0.7}], ids=str)
def test_iterates_and_their_average_are_those_of_numpy(options):
    for steps in (3, 30):
        optimizer, state = run(steps, **options)
        iterate, average = in_numpy(steps, **options)
        np.testing.assert_allclose(state.iterate, iterate, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(optimizer.image(state), average, rtol=1e-8)


def test_without_decay_the_last_iterate_is_the_result():
    optimizer, state = run(4, decay=0.0)
    np.testing.assert_array_equal(optimizer.image(state), state.iterate)


def test_pixels_are_clamped():
    _, state = run(60, rate=0.1, low=0.2, high=0.9)
    assert np.min(state.iterate) == 0.2
    assert np.max(state.iterate) == 0.9


def test_the_average_keeps_within_the_bounds_in_float32():
    loop = Loop(lambda image: tf.reduce_sum(image, axis=(1, 2, 3)) * 0, Adam())
    state = loop.optimizer.start(tf.ones((1, 2, 2, 3)))
    for _ in range(5):
        state = loop.advance(state, 1)
        assert np.max(loop.optimizer.image(state)) <= 1


def test_starts_within_the_bounds_and_unmeasured():
    optimizer = Adam()
    state = optimizer.start(tf.constant([[[[-1, 0.25, 2]]]]))
    np.testing.assert_array_equal(optimizer.image(state), [[[[0, 0.25, 1]]]])
    np.testing.assert_array_equal(optimizer.loss(state), [np.inf])


def test_the_average_lies_nearer_to_the_minimum_than_the_iterate():
    noise = tf.random.Generator.from_seed(0)

    def noisy(image):
        return tf.reduce_sum(
            (image - 0.5) ** 2 + image * noise.normal(tf.shape(image), dtype=image.dtype), axis=(1, 2, 3)
        )

    loop = Loop(noisy, Adam())
    state = loop.advance(loop.optimizer.start(tf.constant(START)), 300)
    iterate, average = state.iterate, loop.optimizer.image(state)
    assert np.linalg.norm(average - 0.5) < 0.5 * np.linalg.norm(iterate - 0.5)


def test_enlarging_keeps_moments_and_count_and_resets_the_average():
    optimizer = Adam()
    state = optimizer.start(tf.random.Generator.from_seed(0).uniform((1, 4, 6, 3)))
    # Resizing keeps constants; the spikes make a cubic interpolation fall below 0.
    spikes = tf.reshape(tf.one_hot(tf.constant([5, 16]), 24), (1, 4, 6, 2))
    second = tf.concat([tf.fill((1, 4, 6, 1), 4.0), spikes], axis=3)
    state = state._replace(
        first=tf.fill((1, 4, 6, 3), -0.5), second=second, count=state.count + 7, averaged=state.count + 7
    )
    larger = tf.random.Generator.from_seed(1).uniform((1, 8, 12, 3))
    enlarged = optimizer.enlarge(state, larger)
    np.testing.assert_allclose(enlarged.first, np.full((1, 8, 12, 3), -0.5), rtol=1e-6)
    np.testing.assert_allclose(enlarged.second[..., 0], np.full((1, 8, 12), 4), rtol=1e-6)
    assert np.min(enlarged.second) >= 0
    assert np.max(enlarged.second[..., 1:]) > 0.5
    assert enlarged.count == 7
    assert enlarged.averaged == 0
    np.testing.assert_array_equal(enlarged.iterate, larger)
    np.testing.assert_array_equal(optimizer.image(enlarged), larger)
    np.testing.assert_array_equal(optimizer.loss(enlarged), [np.inf])
