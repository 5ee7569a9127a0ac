import numpy as np
import tensorflow as tf

from nst_tf.objectives import GramStyle


def gram(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat / len(flat)


def objective_of(style):
    return GramStyle.of_moments("x", style.mean(axis=(0, 1, 2)), gram(style))


def test_is_the_loss_of_the_paper_for_each_image(relu_features):
    features, style = relu_features(0, (2, 4, 3, 6)), relu_features(1, (1, 4, 3, 6))
    positions, channels = 12, 6
    flat, paint = features.reshape(2, positions, channels), style.reshape(positions, channels)
    expected = [((f.T @ f - paint.T @ paint) ** 2).sum() / (4 * channels**2 * positions**2) for f in flat]
    np.testing.assert_allclose(objective_of(style)({"x": tf.constant(features)}, None), expected, rtol=1e-6)


def test_style_of_another_size(relu_features):
    features, style = relu_features(0, (1, 4, 3, 6)), relu_features(1, (1, 7, 5, 6))
    expected = ((gram(features) - gram(style)) ** 2).sum() / (4 * 6**2)
    np.testing.assert_allclose(objective_of(style)({"x": tf.constant(features)}, None), [expected], rtol=1e-6)


def test_gradient_agrees_with_differences(relu_features, value_and_gradient, differences):
    features, objective = relu_features(0, (1, 4, 3, 6)), objective_of(relu_features(1, (1, 7, 5, 6)))
    _, gradient = value_and_gradient(objective, features)
    np.testing.assert_allclose(gradient, differences(objective, features), rtol=1e-6, atol=1e-8)


def test_is_zero_for_the_style_itself(relu_features):
    style = relu_features(1, (1, 7, 5, 6))
    np.testing.assert_allclose(objective_of(style)({"x": tf.constant(style)}, None), [0], atol=1e-12)


def test_weights_of_a_part_measure_that_part(relu_features, value_and_gradient):
    style, image, weights = relu_features(0, (1, 5, 4, 6)), relu_features(1, (1, 4, 5, 6)), np.zeros((1, 4, 5, 1))
    weights[:, :, 2:] = 1 / 12
    moments = style.mean(axis=(0, 1, 2)), gram(style)
    value, gradient = value_and_gradient(GramStyle.of_moments("x", *moments, weights), image)
    alone, of_part = value_and_gradient(GramStyle.of_moments("x", *moments), image[:, :, 2:])
    np.testing.assert_allclose(value, alone, rtol=1e-6)
    np.testing.assert_allclose(gradient[:, :, 2:], of_part, rtol=1e-5, atol=1e-12)
    np.testing.assert_array_equal(gradient[:, :, :2], 0)
