"""Optimal transport of features, against SciPy's matrix square roots in float64."""

import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

from nst_tf.objectives import raw_moments
from nst_tf.objectives.moments import exact_moments
from nst_tf.one_pass.transport import monge_map, transport
from nst_tf.operators import common_operators

CHANNELS = 12


def _features(seed, rank=CHANNELS, shift=0.0, spread=1.0):
    generator = np.random.default_rng(seed)
    latent = generator.normal(size=(1, 20, 15, rank)) @ generator.normal(size=(rank, CHANNELS))
    return tf.constant(spread * latent + shift + generator.normal(size=CHANNELS), tf.float32)


def _statistics(features):
    flat = np.asarray(features, np.float64).reshape(-1, CHANNELS)
    mean = flat.mean(axis=0)
    return mean, (flat - mean).T @ (flat - mean) / len(flat)


def _moved(content, style, strength=1.0):
    return transport(content, raw_moments(content), raw_moments(style), tf.constant([strength]))


def test_the_map_is_the_closed_form():
    content, style = _features(0), _features(1)
    covariance, target = _statistics(content)[1], _statistics(style)[1]
    root = scipy.linalg.sqrtm(covariance)
    inverse = np.linalg.inv(root)
    expected = inverse @ scipy.linalg.sqrtm(root @ target @ root) @ inverse
    found = monge_map(raw_moments(content), raw_moments(style))[0]
    np.testing.assert_allclose(found, expected.real, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("rank", [CHANNELS, 5, 0])
def test_the_map_by_products_is_the_same(rank):
    content, style = _features(0), _features(1, rank)
    moments, target = (exact_moments("", one) for one in (content, style))
    with common_operators():
        found = transport(content, moments, target, tf.constant([1.0]))
    expected = transport(content, moments, target, tf.constant([1.0]))
    np.testing.assert_allclose(found, expected, atol=2e-5 * max(1, np.std(style)))


def test_moved_features_have_the_moments_of_the_style():
    style = _features(1, shift=3.0, spread=0.5)
    mean, covariance = _statistics(_moved(_features(0), style))
    np.testing.assert_allclose(mean, _statistics(style)[0], atol=1e-4)
    np.testing.assert_allclose(covariance, _statistics(style)[1], atol=1e-3 * np.trace(_statistics(style)[1]))


def test_the_way_is_the_wasserstein_distance():
    """No other linear map to the style's moments moves features less: the mean square is the squared distance."""
    content, style = _features(0), _features(1)
    (mean, covariance), (target_mean, target) = _statistics(content), _statistics(style)
    root = scipy.linalg.sqrtm(target)
    shared = np.trace(scipy.linalg.sqrtm(root @ covariance @ root)).real
    distance = np.sum((mean - target_mean) ** 2) + np.trace(covariance) + np.trace(target) - 2 * shared
    way = np.mean(np.sum(np.square(_moved(content, style) - content), axis=-1))
    assert way == pytest.approx(distance, rel=1e-3)


def test_content_of_low_rank_is_moved_within_its_directions():
    """Directions without spread get none; in the others, the moved features are as wide as optimal transport makes
    them, computed on those directions alone."""
    content, style = _features(0, rank=4), _features(1)
    mean, covariance = _statistics(_moved(content, style))
    values, vectors = np.linalg.eigh(_statistics(content)[1])
    basis = vectors[:, values > 1e-6 * values.max()]
    assert basis.shape[1] == 4
    np.testing.assert_allclose(mean, _statistics(style)[0], atol=1e-3)
    target = basis.T @ _statistics(style)[1] @ basis
    found = basis.T @ covariance @ basis
    assert np.linalg.matrix_rank(covariance, tol=1e-3 * values.max()) <= 4
    # The map T satisfies T C T = C0 on the range of C only up to what C0 has outside of it.
    assert np.trace(found) == pytest.approx(np.trace(target), rel=0.25)


def test_a_style_of_low_rank_is_reached():
    style = _features(1, rank=3)
    _, covariance = _statistics(_moved(_features(0), style))
    np.testing.assert_allclose(covariance, _statistics(style)[1], atol=2e-3 * np.trace(_statistics(style)[1]))


def test_a_style_of_one_colour_gives_its_colour():
    style = tf.fill([1, 9, 9, CHANNELS], 0.3)
    np.testing.assert_allclose(_moved(_features(0), style), tf.fill([1, 20, 15, CHANNELS], 0.3), atol=0.02)


def test_content_of_one_colour_gives_the_mean_of_the_style():
    style = _features(1, shift=2.0)
    content = tf.fill([1, 9, 9, CHANNELS], 0.3)
    np.testing.assert_allclose(_moved(content, style)[0, 4, 4], _statistics(style)[0], atol=0.02)


def test_strength_goes_straight_from_the_features_to_the_moved_ones():
    content, style = _features(0), _features(1)
    np.testing.assert_allclose(_moved(content, style, 0.0), content, atol=1e-5)
    half = (_moved(content, style) + content) / 2
    np.testing.assert_allclose(_moved(content, style, 0.5), half, atol=1e-4)


def test_each_image_of_a_batch_is_moved_by_itself():
    contents, style = [_features(0), _features(2)], _features(1)
    both = tf.concat(contents, axis=0)
    found = transport(both, raw_moments(both), raw_moments(style), tf.constant([1.0, 0.3]))
    for one, content, strength in zip(found, contents, (1.0, 0.3), strict=True):
        np.testing.assert_allclose(one, _moved(content, style, strength)[0], atol=1e-4)


def test_the_gradient_takes_the_map_as_fixed():
    content, style = _features(0), _features(1)
    with tf.GradientTape() as tape:
        tape.watch(content)
        value = tf.reduce_sum(_moved(content, style)[0, 0, 0])
    matrix = monge_map(raw_moments(content), raw_moments(style))[0]
    gradient = tape.gradient(value, content).numpy()
    np.testing.assert_allclose(gradient[0, 0, 0], tf.reduce_sum(matrix, axis=1), rtol=1e-4, atol=1e-4)
    assert not gradient[0, 1:].any()
