import numpy as np
import tensorflow as tf

from nst_tf.optimize import Adam, Loop
from nst_tf.optimize.indirect import Indirect

START = np.random.default_rng(0).uniform(0.2, 0.8, (2, 3, 4, 3)).astype(np.float32)


class Square:
    """Images are squares of their parameters."""

    def image(self, parameters):
        return tf.square(parameters)

    def of(self, image):
        return tf.sqrt(image)


def darkened(image, key):
    return image * tf.cast(key[0] + key[1], tf.float32)


def value(image):
    return tf.reduce_sum((image - 0.5) ** 2, axis=(1, 2, 3))


def optimizer(transform=lambda image, key: image):
    return Indirect(Adam(0.05, decay=0.0, low=-np.inf, high=np.inf), Square(), transform)


def test_starts_at_the_images_given():
    indirect = optimizer()
    np.testing.assert_allclose(indirect.image(indirect.start(tf.constant(START))), START, rtol=1e-6)


def test_optimises_the_parameters_and_shows_the_images():
    loop = Loop(value, optimizer())
    state = loop.advance(loop.optimizer.start(tf.constant(START)), 300)
    np.testing.assert_allclose(loop.optimizer.image(state), 0.5, atol=1e-2)
    assert np.max(loop.optimizer.loss(state)) < 1e-2


def test_measures_the_transformed_image_and_follows_its_gradient_to_the_parameters():
    indirect, adam, root = optimizer(darkened), Adam(0.05, decay=0.0, low=-np.inf, high=np.inf), np.sqrt(START)
    seen = []

    def value_and_gradient(image):
        seen.append(image.numpy())
        return value(image), 2 * (image - 0.5)

    state = indirect.step(indirect.start(tf.constant(START), seed=3), value_and_gradient)
    np.testing.assert_allclose(seen[0], 3 * START, rtol=1e-6)
    slope = 2 * (3 * root**2 - 0.5) * 3 * 2 * root  # of (3 p^2 - 1/2)^2
    expected = adam.step(adam.start(tf.constant(root)), lambda p: (value(p), tf.constant(slope)))
    np.testing.assert_allclose(state.inner.first, expected.first, rtol=1e-5, atol=1e-6)
    indirect.step(state, value_and_gradient)
    np.testing.assert_allclose(seen[1], 4 * indirect.image(state), rtol=1e-6)  # the second step's transform


def test_enlarging_goes_on_with_the_transforms_that_come_next():
    indirect = optimizer(darkened)
    state = indirect.step(indirect.start(tf.constant(START), seed=7), lambda image: (value(image), image))
    larger = indirect.enlarge(state, tf.fill([2, 6, 8, 3], 0.25))
    np.testing.assert_array_equal(larger.key, [7, 1])
    np.testing.assert_allclose(indirect.image(larger), np.full((2, 6, 8, 3), 0.25), rtol=1e-6)
