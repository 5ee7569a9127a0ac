import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives.alpha_norm import AlphaNorm

IMAGES = np.random.default_rng(0).uniform(-0.2, 1.2, (2, 4, 5, 3))
MEAN = np.array([0.485, 0.456, 0.406])


@pytest.mark.parametrize("alpha", [2.0, 6.0])
def test_is_the_mean_power_of_the_distance_from_the_mean_color(alpha):
    expected = (np.abs(IMAGES - MEAN) ** alpha).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(AlphaNorm(alpha)({}, tf.constant(IMAGES)), expected, rtol=1e-6)


def test_gradient_agrees_with_differences(value_and_gradient, differences):
    objective = AlphaNorm(6.0)
    _, gradient = value_and_gradient(objective, IMAGES[:1])
    np.testing.assert_allclose(gradient, differences(objective, IMAGES[:1]), rtol=1e-5, atol=1e-9)


def test_an_image_of_the_mean_color_has_none_and_no_gradient(value_and_gradient):
    value, gradient = value_and_gradient(AlphaNorm(), np.broadcast_to(MEAN, (1, 2, 2, 3)).copy())
    np.testing.assert_allclose(value, 0, atol=1e-30)
    np.testing.assert_allclose(gradient, 0, atol=1e-30)
