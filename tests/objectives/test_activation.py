import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import Activation, Direction
from nst_tf.optimize import Adam, Loop

SHAPE = (3, 4, 5, 6)


@pytest.fixture
def maps(relu_features):
    return relu_features(0, SHAPE)


def measure(objective, maps):
    return objective({"x": tf.constant(maps)}, tf.zeros([len(maps), 8, 8, 3], tf.float64)).numpy()


@pytest.mark.parametrize("power", [1, 2])
def test_of_a_layer_is_the_mean_of_all_its_features(maps, power):
    expected = (maps**power).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(measure(Activation("x", power=power), maps), expected, rtol=1e-12)


@pytest.mark.parametrize("power", [1, 2])
def test_of_a_channel_is_the_mean_of_its_map(maps, power):
    expected = (maps[..., 4] ** power).mean(axis=(1, 2))
    np.testing.assert_allclose(measure(Activation("x", channel=4, power=power), maps), expected, rtol=1e-12)


def test_each_image_may_have_its_own_channel(maps):
    expected = [image[..., channel].mean() for image, channel in zip(maps, (5, 0, 3), strict=True)]
    np.testing.assert_allclose(measure(Activation("x", channel=[5, 0, 3]), maps), expected, rtol=1e-12)


def test_of_a_unit_is_what_the_channel_has_at_that_row_and_column(maps):
    np.testing.assert_allclose(measure(Activation("x", 2, unit=(3, 1)), maps), maps[:, 3, 1, 2], rtol=1e-12)
    np.testing.assert_allclose(measure(Activation("x", unit=(3, 1)), maps), maps[:, 3, 1].mean(axis=1), rtol=1e-12)


def test_of_a_dense_layer_is_its_score(maps):
    scores = maps[:, 0, 0]
    np.testing.assert_allclose(measure(Activation("x", channel=[1, 2, 3]), scores), scores[range(3), [1, 2, 3]])


def test_direction_is_the_mean_dot_product(maps):
    vectors = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)
    expected = np.einsum("bhwc,bc->b", maps, vectors) / 20
    np.testing.assert_allclose(measure(Direction("x", vectors), maps), expected, rtol=1e-12)
    expected = maps[:, 3, 1] @ vectors[0]
    np.testing.assert_allclose(measure(Direction("x", vectors[0], unit=(3, 1)), maps), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "objective",
    [
        Activation("x", power=2),
        Activation("x", channel=1),
        Activation("x", channel=[2], unit=(1, 0), power=2),
        Direction("x", np.arange(6, dtype=np.float32), unit=(0, 2)),
        Direction("x", np.arange(6, dtype=np.float32)),
    ],
)
def test_gradient_agrees_with_differences(maps, value_and_gradient, differences, objective):
    _, gradient = value_and_gradient(objective, maps[:1])
    np.testing.assert_allclose(gradient, differences(objective, maps[:1]), rtol=1e-6, atol=1e-8)


def test_another_channel_or_unit_is_no_other_graph():
    loop = Loop(lambda image, objective: objective({"x": image}, image), Adam())
    state = loop.optimizer.start(tf.fill([2, 4, 4, 3], 0.5))
    for channels, unit in [((0, 1), (0, 0)), ((2, 2), (3, 1))]:
        state = loop.advance(state, 2, -Activation("x", channel=channels, unit=unit))
    assert loop.traces == 1
