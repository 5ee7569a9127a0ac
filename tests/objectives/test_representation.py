import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives.representation import Representation


@pytest.mark.parametrize("shape", [(2, 4, 3, 5), (2, 7)], ids=["maps", "dense"])
def test_is_the_squared_distance_of_each_image_over_the_targets_squared_norm(shape):
    rng = np.random.default_rng(0)
    features, target = rng.normal(size=shape), rng.normal(size=(1, *shape[1:]))
    value = Representation("x", tf.constant(target))({"x": tf.constant(features)}, None)
    expected = [np.linalg.norm(one - target) ** 2 / np.linalg.norm(target) ** 2 for one in features]
    np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_is_0_for_the_target_and_1_for_nothing(relu_features):
    target = relu_features(0, (1, 4, 3, 6))
    features = tf.constant(np.concatenate([target, 0 * target]))
    np.testing.assert_array_equal(Representation("x", tf.constant(target))({"x": features}, None), [0, 1])


def test_gradient_agrees_with_differences(relu_features, value_and_gradient, differences):
    features, objective = (
        relu_features(0, (1, 4, 3, 6)),
        Representation("x", tf.constant(relu_features(1, (1, 4, 3, 6)))),
    )
    _, gradient = value_and_gradient(objective, features)
    np.testing.assert_allclose(gradient, differences(objective, features), rtol=1e-6, atol=1e-9)
