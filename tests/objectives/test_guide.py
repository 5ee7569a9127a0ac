import numpy as np
import tensorflow as tf

from nst_tf.objectives.guide import Guide


def in_numpy(features, target):
    here = features.reshape(len(features), -1, features.shape[-1])
    there = target.reshape(-1, target.shape[-1])
    values, gradients = [], []
    for positions in here:
        best = [there[np.argmax([x @ y for y in there])] for x in positions]
        values.append(np.mean([x @ y for x, y in zip(positions, best, strict=True)]))
        gradients.append(np.array(best) / len(positions))
    return np.array(values), np.reshape(gradients, features.shape)


def test_value_and_gradient_are_those_of_the_best_matches(relu_features, value_and_gradient):
    features, target = relu_features(0, (2, 3, 4, 8)), relu_features(1, (1, 5, 2, 8))
    value, gradient = value_and_gradient(Guide("x", tf.constant(target)), features)
    expected, slope = in_numpy(features, target)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-12)


def test_gradient_agrees_with_differences(relu_features, value_and_gradient, differences):
    features, guide = relu_features(0, (1, 2, 3, 6)), Guide("x", tf.constant(relu_features(1, (1, 4, 4, 6))))
    _, gradient = value_and_gradient(guide, features)
    np.testing.assert_allclose(gradient, differences(lambda _, at: guide({"x": at}, at), features), atol=1e-8)
