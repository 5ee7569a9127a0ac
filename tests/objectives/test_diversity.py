import numpy as np
import tensorflow as tf

from nst_tf.objectives.diversity import Diversity

SHARES = np.array([[0, 0.5, 0.5], [1, 0, 0], [0, 0, 0]], np.float32)


def test_is_the_cosine_of_gram_matrices_with_the_images_compared(relu_features):
    maps = relu_features(0, (3, 4, 5, 6))
    grams = np.einsum("bhwi,bhwj->bij", maps, maps).reshape(3, -1)
    unit = grams / np.linalg.norm(grams, axis=1, keepdims=True)
    value = Diversity("x", tf.constant(SHARES))({"x": tf.constant(maps)}, None)
    np.testing.assert_allclose(value, ((unit @ unit.T) * SHARES).sum(axis=1), rtol=1e-9)


def test_equal_images_are_as_similar_as_can_be(relu_features):
    maps = np.repeat(relu_features(0, (1, 4, 5, 6)), 3, axis=0)
    value = Diversity("x", tf.constant(SHARES))({"x": tf.constant(maps)}, None)
    np.testing.assert_allclose(value, [1, 1, 0], rtol=1e-9)
