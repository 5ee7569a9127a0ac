import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import Content, GramStyle, TotalVariation, WassersteinStyle
from nst_tf.optimize import Adam, Lbfgs, Loop
from nst_tf.optimize.ascent import Ascent
from nst_tf.optimize.momentum import Momentum

KERNEL = np.random.default_rng(9).normal(size=(3, 3, 3, 8)) / 5


def noise(seed, *shape, dtype="float32"):
    return tf.constant(np.random.default_rng(seed).random(shape), dtype)


def features(image):
    return {"x": tf.nn.relu(tf.nn.conv2d(image, tf.cast(KERNEL, image.dtype), 1, "SAME"))}


def measured(image, objective):
    return objective(features(image), image)


def style(kind, seed):
    flat = np.random.default_rng(seed).random((50, 8))
    return kind.of_moments("x", flat.mean(axis=0), flat.T @ flat / len(flat))


def objective(seed, height, width, weight=0.5, kind=GramStyle):
    target = features(noise(seed, 1, height, width, 3))["x"]
    return Content("x", target) + weight * style(kind, seed) + 0.01 * TotalVariation()


OPTIMIZERS = pytest.mark.parametrize("optimizer", [Lbfgs(history=4), Adam()], ids=["L-BFGS", "Adam"])


@OPTIMIZERS
def test_one_trace_serves_all_sizes_targets_and_weights(optimizer):
    loop = Loop(measured, optimizer)
    assert loop.traces == 0
    for seed, (height, width) in enumerate([(6, 5), (9, 4), (6, 5), (12, 13)]):
        begun = optimizer.start(noise(seed, 1, height, width, 3))
        for weight in (0.5, 2):
            state = loop.advance(begun, 3 + seed, objective(seed, height, width, weight))
            assert loop.traces == 1
            expected = measured(optimizer.image(state), objective(seed, height, width, weight))
            if isinstance(optimizer, Lbfgs):
                np.testing.assert_allclose(optimizer.loss(state), expected, rtol=1e-4)


def test_each_kind_of_objective_is_traced_once():
    loop = Loop(measured, Adam())
    state = loop.optimizer.start(noise(0, 1, 6, 5, 3))
    for kind, traces in [(GramStyle, 1), (WassersteinStyle, 2), (GramStyle, 2), (WassersteinStyle, 2)]:
        state = loop.advance(state, 2, objective(0, 6, 5, kind=kind))
        assert loop.traces == traces


def test_value_and_gradient_agree_with_differences():
    loop, image = Loop(measured, Adam()), noise(0, 1, 4, 5, 3, dtype="float64").numpy()
    target = Content("x", features(noise(1, 1, 4, 5, 3, dtype="float64"))["x"]) + style(GramStyle, 1)
    _, gradient = loop.value_and_gradient(tf.constant(image), target)
    moves = 1e-6 * np.eye(image.size).reshape(-1, *image.shape[1:])
    after, before = (loop.value_and_gradient(tf.constant(image + by), target)[0] for by in (moves, -moves))
    np.testing.assert_allclose(gradient, np.reshape((after - before) / 2e-6, image.shape), rtol=1e-4, atol=1e-9)


def test_a_value_that_ignores_the_image_has_no_gradient():
    value, gradient = Loop(lambda image: tf.ones(2), Adam()).value_and_gradient(noise(0, 2, 4, 5, 3))
    np.testing.assert_array_equal(value, [1, 1])
    np.testing.assert_array_equal(gradient, np.zeros((2, 4, 5, 3)))


@OPTIMIZERS
def test_five_steps_are_five_times_one_and_repeat_bit_by_bit(optimizer):
    target = objective(1, 6, 5)
    loop = Loop(measured, optimizer)
    begun = optimizer.start(noise(0, 2, 6, 5, 3))
    at_once, single = loop.advance(begun, 5, target), begun
    for _ in range(5):
        single = loop.advance(single, 1, target)
    again = Loop(measured, optimizer).advance(begun, 5, target)
    for other in (single, again):
        tf.nest.map_structure(np.testing.assert_array_equal, other, at_once)


@OPTIMIZERS
def test_no_step_changes_nothing(optimizer):
    loop, begun = Loop(measured, optimizer), optimizer.start(noise(0, 1, 6, 5, 3))
    tf.nest.map_structure(np.testing.assert_array_equal, loop.advance(begun, 0, objective(1, 6, 5)), begun)


@OPTIMIZERS
@pytest.mark.parametrize("kind", [GramStyle, WassersteinStyle])
def test_the_objective_falls(optimizer, kind):
    loop, target = Loop(measured, optimizer), objective(1, 8, 7, kind=kind)
    begun = optimizer.start(noise(0, 1, 8, 7, 3))
    ended = loop.advance(begun, 30, target)
    assert measured(optimizer.image(ended), target) < 0.7 * measured(optimizer.image(begun), target)


@pytest.mark.parametrize("optimizer", [Adam(), Ascent(), Momentum((0.1,), (5,))])
def test_optimizers_that_remember_no_value_resume_as_they_are(optimizer):
    state = optimizer.start(tf.fill((1, 4, 4, 3), 0.5))
    tf.nest.map_structure(np.testing.assert_array_equal, optimizer.resume(state), state)
