import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import minimize

from nst_tf.optimize import Lbfgs, Loop
from nst_tf.optimize.lbfgs import LbfgsState

WIDE = {"low": -1e3, "high": 1e3}


def row(vectors, dtype="float64"):
    vectors = np.atleast_2d(vectors)
    return tf.constant(vectors[:, None, :, None], dtype)


def spd(condition, size, seed=0):
    vectors = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]
    return (vectors * np.geomspace(1, condition, size)) @ vectors.T


def values_of(loop, state, steps, *arguments):
    values = []
    for _ in range(steps):
        state = loop.advance(state, 1, *arguments)
        values.append(state.value.numpy())
    return state, np.array(values)


def test_finds_the_minimum_of_rosenbrock(rosenbrock):
    loop = Loop(rosenbrock, Lbfgs(**WIDE))
    for size, evaluations in [(2, 60), (5, 90), (10, 125), (30, 260)]:
        start = loop.optimizer.start(row(np.where(np.arange(size) % 2, 1, -1.2)))
        state = loop.advance(start, evaluations)
        assert loop.optimizer.loss(state) < 1e-8
        np.testing.assert_allclose(loop.optimizer.image(state), row(np.ones(size)), atol=1e-3)
    assert loop.traces == 1


def test_finds_the_minimum_of_an_ill_conditioned_quadratic(quadratic):
    loop, centre = Loop(quadratic, Lbfgs(**WIDE)), np.random.default_rng(1).normal(size=(1, 10))
    state = loop.optimizer.start(row(np.zeros(10)))
    state = loop.advance(state, 170, tf.constant(spd(1e4, 10)), tf.constant(centre))
    np.testing.assert_allclose(loop.optimizer.image(state), row(centre), atol=1e-4)
    assert loop.optimizer.loss(state) < 1e-8


def nasty(image):
    """Steps down and up, NaN where a pixel is above 0.9, infinite where one is below 0.1, a cusp at 0.5."""
    steps = tf.reduce_sum(tf.floor(20 * image) % 3, axis=(1, 2, 3))
    valley = tf.reduce_sum(100 * tf.square(image - 0.2) + tf.sqrt(tf.abs(image - 0.5)), axis=(1, 2, 3))
    value = valley + 0.3 * steps
    largest, least = tf.reduce_max(image, axis=(1, 2, 3)), tf.reduce_min(image, axis=(1, 2, 3))
    value += tf.where(largest > 0.9, float("nan"), 0.0)
    return value + tf.where(least < 0.1, float("inf"), 0.0)


def test_the_value_never_rises_whatever_the_function(rosenbrock):
    rng = np.random.default_rng(0)
    for value, image in [(nasty, rng.uniform(0.4, 0.85, (3, 12))), (rosenbrock, rng.random((3, 8)))]:
        loop = Loop(value, Lbfgs())
        state, values = values_of(loop, loop.optimizer.start(row(image, "float32")), 80)
        assert np.isfinite(values).all()
        assert (np.diff(values, axis=0) <= 0).all()
        assert (values[-1] < 0.9 * values[0]).all()
        np.testing.assert_array_equal(state.value, loop.value_and_gradient(state.image)[0])


def test_the_value_does_not_rise_where_the_projected_step_ascends():
    # The pixel at 0.99 alone makes the direction a descent, and its bound takes nearly all of its change.
    optimizer = Lbfgs()
    begun = optimizer.step(optimizer.start(row([0.2, 0.99])), lambda image: (row([1])[:, 0, 0, 0], row([1, -1])))
    state = begun._replace(direction=row([0.5, 5]))
    for value, moves in [(1 + 1e-5, False), (1 - 1e-5, True)]:
        after = optimizer.step(state, lambda image, value=value: (row([value])[:, 0, 0, 0], row([1, -1])))
        assert bool(tf.reduce_all(after.image == state.image)) is not moves
        assert after.value <= state.value


def test_a_point_without_a_gradient_is_not_moved_to():
    def value(image):  # least where its gradient is infinite
        return tf.reduce_sum(tf.sqrt(tf.abs(image - 0.5)) - 1, axis=(1, 2, 3))

    optimizer = Lbfgs()
    loop = Loop(value, optimizer)
    state = loop.advance(optimizer.start(row([0.25])), 1)._replace(direction=row([0.25]))
    after = loop.advance(state, 1)
    np.testing.assert_array_equal(after.image, state.image)
    assert loop.advance(after, 1).value < state.value


def test_a_bound_quadratic_reaches_its_known_solution(quadratic):
    # The solution fulfils the conditions of Karush, Kuhn and Tucker by construction.
    rng, size = np.random.default_rng(3), 12
    matrix, solution = spd(100, size), np.r_[np.zeros(4), np.ones(4), rng.uniform(0.2, 0.8, 4)]
    multipliers = np.r_[rng.uniform(1, 5, 4), -rng.uniform(1, 5, 4), np.zeros(4)]
    centre = solution - np.linalg.solve(matrix, multipliers)
    assert centre.min() < 0
    assert centre.max() > 1
    loop = Loop(quadratic, Lbfgs())
    state = loop.optimizer.start(row(rng.random(size)))
    state = loop.advance(state, 80, tf.constant(matrix), tf.constant(centre[None]))
    np.testing.assert_allclose(loop.optimizer.image(state), row(solution), atol=1e-5)


def test_every_point_evaluated_lies_within_the_bounds(quadratic):
    seen = []

    def watched(image, *arguments):
        tf.py_function(lambda image: seen.append(image.numpy()), [image], [])
        return quadratic(image, *arguments)

    loop = Loop(watched, Lbfgs(low=-0.25, high=0.75))
    centre = 5 * np.random.default_rng(0).normal(size=(1, 10))
    state = loop.optimizer.start(row(centre))
    state = loop.advance(state, 25, tf.constant(spd(30, 10)), tf.constant(centre))
    assert len(seen) == 25
    assert min(map(np.min, seen)) == -0.25
    assert max(map(np.max, seen)) == 0.75


def test_images_of_a_batch_do_not_influence_each_other(quadratic):
    rng, matrix = np.random.default_rng(0), tf.constant(spd(50, 8))
    starts, centres = rng.random((2, 8)), rng.normal(0.5, [[0.1], [3]], (2, 8))
    loop = Loop(quadratic, Lbfgs())
    both = loop.advance(loop.optimizer.start(row(starts)), 20, matrix, tf.constant(centres))
    for one in range(2):
        begun = loop.optimizer.start(row(starts[one]))
        alone = loop.advance(begun, 20, matrix, tf.constant(centres[one : one + 1]))
        np.testing.assert_allclose(both.image[one], alone.image[0], atol=1e-8)
        np.testing.assert_allclose(both.value[one], alone.value[0], rtol=1e-8)


def test_the_unit_of_the_value_does_not_matter(rosenbrock):
    def scaled(image, factor):
        return factor * rosenbrock(image)

    loop, image = Loop(scaled, Lbfgs(**WIDE)), row([-1.2, 1, -1.2])
    ends = [loop.advance(loop.optimizer.start(image), 25, tf.constant(2.0**k, tf.float64)) for k in (0, -40, 40)]
    for end in ends[1:]:
        np.testing.assert_array_equal(end.image, ends[0].image)


def test_stays_at_a_minimum(quadratic):
    centre = np.full((1, 4), 0.5)
    loop = Loop(quadratic, Lbfgs())
    state = loop.advance(loop.optimizer.start(row(centre)), 5, tf.constant(spd(10, 4)), tf.constant(centre))
    np.testing.assert_array_equal(state.image, row(centre))
    np.testing.assert_array_equal(state.value, [0])


def test_the_first_step_changes_pixels_by_two_percent(quadratic):
    loop = Loop(quadratic, Lbfgs())
    start, centre = np.full(6, 0.5), tf.constant(np.linspace(-9, 9, 6)[None])
    state = loop.advance(loop.optimizer.start(row(start)), 2, tf.constant(np.eye(6)), centre)
    np.testing.assert_allclose(np.sqrt(np.mean((state.image - row(start)) ** 2)), 0.02, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_starts_within_the_bounds_and_unmeasured(dtype):
    optimizer = Lbfgs(history=4)
    state = optimizer.start(row([-1, 0.25, 2], dtype))
    assert isinstance(state, LbfgsState)
    assert optimizer.image(state).dtype == dtype
    np.testing.assert_array_equal(optimizer.image(state), row([0, 0.25, 1]))
    np.testing.assert_array_equal(optimizer.loss(state), [np.inf])


def test_enlarging_starts_anew():
    optimizer, larger = Lbfgs(), row(np.linspace(0, 1, 7), "float32")
    fresh, enlarged = optimizer.start(larger), optimizer.enlarge(optimizer.start(row([0.5], "float32")), larger)
    tf.nest.map_structure(np.testing.assert_array_equal, enlarged, fresh)


def test_pixels_held_on_a_bound_cost_no_more_evaluations_than_with_scipy(quadratic):
    size, rng = 30, np.random.default_rng(3)
    matrix, centre = spd(1e4, size), rng.normal(0.5, 1.5, size)
    seen = []

    def value(x):
        seen.append(x)
        return 0.5 * (x - centre) @ matrix @ (x - centre), matrix @ (x - centre)

    bounds = [(0, 1)] * size
    reached = minimize(value, np.full(size, 0.5), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxcor": 10})
    held = np.mean((reached.x < 1e-6) | (reached.x > 1 - 1e-6))
    assert held > 0.4
    loop = Loop(quadratic, Lbfgs())
    state = loop.advance(loop.optimizer.start(row(np.full(size, 0.5))), len(seen), tf.constant(matrix),
                         tf.constant(centre[None]))  # fmt: skip
    assert loop.optimizer.loss(state)[0] <= reached.fun * (1 + 1e-4)


def test_a_falloff_saves_evaluations_where_short_waves_are_curved_less():
    target = np.random.default_rng(0).normal(size=(1, 32, 32, 3))
    frequency = np.hypot(np.fft.fftfreq(32)[:, None], np.fft.fftfreq(32))
    curvature = tf.constant(np.maximum(frequency, 1 / 32)[None, None] ** 1.5, tf.complex128)

    def value(images):
        waves = tf.signal.fft2d(tf.cast(tf.transpose(images - target, [0, 3, 1, 2]), tf.complex128))
        return tf.math.real(tf.reduce_sum(curvature * waves * tf.math.conj(waves), axis=(1, 2, 3)))

    losses = []
    for falloff in (0.0, 1.5):
        loop = Loop(value, Lbfgs(falloff=falloff, **WIDE))
        losses.append(loop.optimizer.loss(loop.advance(loop.optimizer.start(tf.zeros_like(target)), 8))[0])
    assert losses[1] < 1e-3 * losses[0]


def test_resuming_evaluates_the_image_anew_and_keeps_the_pairs(quadratic):
    loop, matrix = Loop(quadratic, Lbfgs(**WIDE)), tf.constant(spd(50, 8))
    before, after = (tf.constant(np.random.default_rng(seed).normal(size=(1, 8))) for seed in (1, 2))
    state = loop.advance(loop.optimizer.start(row(np.zeros(8))), 15, matrix, before)
    first = loop.advance(loop.optimizer.resume(state), 1, matrix, after)
    np.testing.assert_array_equal(first.image, state.image)
    np.testing.assert_array_equal(first.value, loop.value_and_gradient(state.image, matrix, after)[0])
    assert first.history.stored == state.history.stored
    # The curvature is that of before, so the minimum of the other centre is one Newton step away.
    resumed = loop.advance(first, 12, matrix, after)
    anew = loop.advance(loop.optimizer.start(state.image), 13, matrix, after)
    assert resumed.value < anew.value
