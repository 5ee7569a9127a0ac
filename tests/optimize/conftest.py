import pytest
import tensorflow as tf


@pytest.fixture
def rosenbrock():
    """The function of Rosenbrock along the columns of images `(batch, 1, n, 1)`; least, 0, where all pixels are 1."""

    def value(image):
        here, right = image[:, :, :-1], image[:, :, 1:]
        return tf.reduce_sum(100 * (right - here**2) ** 2 + (1 - here) ** 2, axis=(1, 2, 3))

    return value


@pytest.fixture
def quadratic():
    """1/2 (x - c)^T A (x - c) of images `(batch, 1, n, 1)`; A, `(n, n)`, and c, `(batch or 1, n)`, are arguments."""

    def value(image, matrix, centre):
        offset = image[:, 0, :, 0] - centre
        return tf.reduce_sum(offset * (offset @ matrix), axis=1) / 2

    return value
