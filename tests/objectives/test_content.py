import numpy as np
import tensorflow as tf

from nst_tf.objectives import Content

SHAPE = (2, 4, 3, 5)


def test_is_the_mean_squared_difference_of_each_image(relu_features, value_and_gradient):
    features, target = relu_features(0, SHAPE), relu_features(1, SHAPE)
    value, gradient = value_and_gradient(Content("x", tf.constant(target)), features)
    np.testing.assert_allclose(value, ((features - target) ** 2).mean(axis=(1, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(gradient, 2 * (features - target) / target[0].size, rtol=1e-12)


def test_one_target_serves_a_batch(relu_features):
    features, target = relu_features(0, SHAPE), relu_features(1, SHAPE)[:1]
    value = Content("x", tf.constant(target))({"x": tf.constant(features)}, None)
    np.testing.assert_allclose(value, ((features - target) ** 2).mean(axis=(1, 2, 3)), rtol=1e-12)


def test_a_target_may_be_of_half_precision(relu_features, value_and_gradient):
    features, target = relu_features(0, SHAPE), tf.cast(tf.constant(relu_features(1, SHAPE)), tf.bfloat16)
    value, gradient = value_and_gradient(Content("x", target), features)
    rounded = target.numpy().astype(np.float64)
    np.testing.assert_allclose(value, ((features - rounded) ** 2).mean(axis=(1, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(gradient, 2 * (features - rounded) / rounded[0].size, rtol=1e-12)


def test_gradient_agrees_with_differences(relu_features, value_and_gradient, differences):
    features, objective = relu_features(0, SHAPE)[:1], Content("x", tf.constant(relu_features(1, SHAPE)[:1]))
    _, gradient = value_and_gradient(objective, features)
    np.testing.assert_allclose(gradient, differences(objective, features), rtol=1e-6, atol=1e-9)
