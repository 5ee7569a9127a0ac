"""Wasserstein style against its definition by eigendecomposition, in float64.

The objective takes the root of M + 1e-7 |M| 1 for M (see `matrix_root`); for features as ill-conditioned as ours, this
is most of its difference from the definition. `Definition` therefore knows the two of them.
"""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import WassersteinStyle

RIDGE, RESOLUTION = 1e-4, 1e-7
CHANNELS = 24
MANY, FEW = (9, 8), (4, 3)  # positions


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-300) ** exponent) @ vectors.T


def moments(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.mean(axis=0), flat.T @ flat / len(flat)


class Definition:
    """The loss of one image, and its gradient, with or without what float32 cannot resolve."""

    def __init__(self, style, resolution=0.0):
        self.mean, second = moments(style)
        self.covariance = second - np.outer(self.mean, self.mean) + RIDGE * np.eye(CHANNELS)
        self.root = power(self.covariance, 0.5)
        self.resolution = resolution

    def resolved(self, matrix):
        return matrix + self.resolution * np.linalg.norm(matrix) * np.eye(len(matrix))

    def of_channels(self, flat):
        mean, second = moments(flat)
        covariance = second - np.outer(mean, mean) + RIDGE * np.eye(CHANNELS)
        product = self.resolved(self.root @ covariance @ self.root)
        return np.trace(power(product, 0.5)), (flat - mean) / len(flat) @ self.root @ power(product, -0.5) @ self.root

    def of_positions(self, flat):
        moved = (flat - flat.mean(axis=0)) @ self.root
        product = self.resolved(moved @ moved.T / len(flat) + RIDGE * np.eye(len(flat)))
        gradient = power(product, -0.5) @ moved @ self.root / len(flat)
        return np.trace(power(product, 0.5)), gradient - gradient.mean(axis=0)

    def __call__(self, features, fidelity):
        flat = features.reshape(-1, CHANNELS)
        mean, centred = flat.mean(axis=0), flat - flat.mean(axis=0)
        fidelity, of_fidelity = fidelity(self, flat)
        traces = (centred**2).sum() / len(flat) + RIDGE * CHANNELS + np.trace(self.covariance)
        value = ((mean - self.mean) ** 2).sum() + traces - 2 * fidelity
        gradient = 2 * (mean - self.mean) / len(flat) + 2 * centred / len(flat) - 2 * of_fidelity
        return value / CHANNELS, gradient.reshape(features.shape) / CHANNELS


@pytest.fixture(autouse=True)
def _both_routes_of_few_channels(monkeypatch):
    monkeypatch.setattr("nst_tf.objectives.wasserstein.ALWAYS", 0)


@pytest.fixture
def style(relu_features):
    return relu_features(1, (1, 12, 11, CHANNELS))


@pytest.fixture
def objective(style):
    return WassersteinStyle.of_moments("x", *moments(style))


def distance(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def test_features_are_as_hard_as_promised(style):
    values = np.linalg.eigvalsh(Definition(style).covariance)
    assert values[-1] / values[0] > 1e4
    assert style.min() == 0


ROUTES = pytest.mark.parametrize(
    ("size", "fidelity"),
    [(MANY, Definition.of_channels), ((4, 6), Definition.of_channels), (FEW, Definition.of_positions)],
    ids=["many", "as many as channels", "few"],
)


@ROUTES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient_on_both_routes(size, fidelity, dtype, objective, style, relu_features, value_and_gradient):
    features = relu_features(2, (1, *size, CHANNELS))
    expected, slope = Definition(style, RESOLUTION)(features, fidelity)
    (value,), gradient = value_and_gradient(objective, features.astype(dtype))
    np.testing.assert_allclose(value, expected, atol=3e-5 * np.trace(Definition(style).covariance) / CHANNELS)
    assert distance(gradient, slope) < 0.01


def test_many_positions_are_as_near_the_definition_as_the_root_is(objective, style, relu_features, value_and_gradient):
    features = relu_features(2, (1, *MANY, CHANNELS))
    exact = Definition(style)
    expected, slope = exact(features, Definition.of_channels)
    (value,), gradient = value_and_gradient(objective, features)
    mean, second = moments(features)
    product = exact.root @ (second - np.outer(mean, mean) + RIDGE * np.eye(CHANNELS)) @ exact.root
    assert 0 <= expected - value < 2 * np.sqrt(RESOLUTION * np.linalg.norm(product))
    assert distance(gradient, slope) < 0.05


def test_few_positions_are_as_near_the_definition_as_documented(objective, style, relu_features, value_and_gradient):
    features = relu_features(2, (1, *FEW, CHANNELS))
    exact = Definition(style)
    expected, slope = exact(features, Definition.of_channels)
    (value,), gradient = value_and_gradient(objective, features)
    assert -0.02 * np.prod(FEW) / CHANNELS < value - expected < 0.02 * np.trace(exact.root) / CHANNELS
    assert distance(gradient, slope) < 0.05


@pytest.mark.parametrize("size", [MANY, FEW], ids=["many", "few"])
def test_a_graph_for_any_size_takes_the_same_route(size, objective, relu_features, value_and_gradient):
    features = relu_features(2, (2, *size, CHANNELS))

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, CHANNELS], tf.float64)])
    def graph(maps):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            value = objective({"x": maps}, maps)
        return value, tape.gradient(value, maps)

    for found, expected in zip(graph(features), value_and_gradient(objective, features), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def conditions(objective, size):
    graph = tf.function(lambda maps: objective({"x": maps}, maps), autograph=False)
    operations = graph.get_concrete_function(tf.TensorSpec([1, *size, CHANNELS])).graph.get_operations()
    return sum(operation.type in ("If", "StatelessIf") for operation in operations)


def test_a_graph_for_one_size_has_no_condition_and_so_no_memory_for_the_other_route(objective):
    assert conditions(objective, [None, None]) == 1
    assert conditions(objective, MANY) == conditions(objective, FEW) == 0


def test_there_is_one_route_where_channels_are_few(objective, style, relu_features, value_and_gradient, monkeypatch):
    monkeypatch.setattr("nst_tf.objectives.wasserstein.ALWAYS", CHANNELS)
    assert conditions(objective, [None, None]) == 0
    features = relu_features(2, (1, *FEW, CHANNELS))
    expected, slope = Definition(style, RESOLUTION)(features, Definition.of_channels)
    (value,), gradient = value_and_gradient(objective, features)
    np.testing.assert_allclose(value, expected, atol=3e-5 * np.trace(Definition(style).covariance) / CHANNELS)
    assert distance(gradient, slope) < 0.05


@pytest.mark.parametrize("size", [MANY, FEW], ids=["many", "few"])
def test_each_image_of_a_batch_has_the_value_it_has_alone(size, objective, relu_features, value_and_gradient):
    features = relu_features(2, (3, *size, CHANNELS)) * np.array([1, 0.1, 5])[:, None, None, None]
    values, gradients = value_and_gradient(objective, features)
    for one in range(3):
        (value,), gradient = value_and_gradient(objective, features[one : one + 1])
        np.testing.assert_allclose(values[one], value, rtol=1e-9)
        np.testing.assert_allclose(gradients[one], gradient[0], rtol=1e-6, atol=1e-9)


def test_is_zero_for_the_style_itself_but_for_the_root(objective, style):
    (value,) = objective({"x": tf.constant(style)}, None).numpy()
    size = np.linalg.norm(np.linalg.matrix_power(Definition(style).covariance, 2))
    assert -2 * np.sqrt(RESOLUTION * size) < value < 1e-6


def test_is_the_distance_of_the_means_for_a_shifted_style(objective, style):
    at_home, shifted = (objective({"x": tf.constant(style + shift)}, None).numpy()[0] for shift in (0, 0.5))
    np.testing.assert_allclose(shifted - at_home, 0.25, rtol=1e-5)


def test_flat_features_have_a_value_and_a_gradient(objective, value_and_gradient):
    for size in (MANY, FEW):
        value, gradient = value_and_gradient(objective, np.zeros((1, *size, CHANNELS), np.float32))
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("size", [MANY, FEW], ids=["many", "few"])
def test_weights_of_a_part_measure_that_part(style, relu_features, value_and_gradient, size):
    height, width = size
    image, weights = relu_features(2, (1, 2 * height, width, CHANNELS)), np.zeros((1, 2 * height, width, 1))
    weights[:, :height] = 1 / (height * width)
    value, gradient = value_and_gradient(WassersteinStyle.of_moments("x", *moments(style), weights), image)
    alone, of_part = value_and_gradient(WassersteinStyle.of_moments("x", *moments(style)), image[:, :height])
    # Few positions have their ridge on another matrix where they are among others.
    rtol = 1e-4 if size == MANY else 3e-2
    np.testing.assert_allclose(value, alone, rtol=rtol)
    assert distance(gradient[:, :height], of_part) < 30 * rtol
    np.testing.assert_allclose(gradient[:, height:], 0, atol=1e-12)
