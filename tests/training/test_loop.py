"""What the training of networks shares: updates by gradients of any length."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.training.loop import compile_with_adam, update


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compile_with_adam(model, 0.1, 1000)
    update_by(model, 1.0)  # the first is of rate 0
    return model


def update_by(model, factor):
    with tf.GradientTape() as tape:
        loss = factor * tf.reduce_sum(model(tf.constant([[1.0, -2.0, 3.0]])))
    update(model, tape, loss)


def test_gradients_too_large_for_their_squares_lead_where_smaller_ones_do(model):
    """The optimizer shortens both to the same length."""
    before = model.get_weights()
    copies = []
    for factor in (1e3, 1e30):
        model.set_weights(before)
        compile_with_adam(model, 0.1, 1000)
        update_by(model, factor)
        update_by(model, factor)
        copies.append(model.get_weights())
    for small, large, start in zip(*copies, before, strict=True):
        np.testing.assert_allclose(large, small, rtol=1e-5)
        assert np.abs(large - start).min() > 0


def test_an_infinite_gradient_stays_one(model):
    """Whoever scales losses leaves out such an update."""
    update_by(model, np.inf)
    assert not np.isfinite(model.get_weights()[0]).any()
