import keras
import numpy as np
import tensorflow as tf

from nst_tf.export.signature.weights import Stored


def model_with(kernel):
    layer = keras.layers.Dense(2, use_bias=False)
    model = keras.Sequential([keras.Input((2,)), layer])
    layer.kernel.assign(kernel)
    return model


def test_weights_are_halved_only_where_that_loses_nothing():
    exact, inexact, huge = ([[1, 0.5], [-2, value]] for value in (0.25, 0.1, 1e6))
    stored = Stored([model_with(exact), model_with(inexact), model_with(huge)])
    assert [variable.dtype for variable in stored.variables] == [tf.float16, tf.float32, tf.float32]
    np.testing.assert_array_equal(stored.variables[0], exact)


def test_within_the_scope_models_compute_with_what_is_stored():
    model = model_with([[1, 0.5], [-2, 0.25]])
    stored = Stored([model, model])

    @tf.function(autograph=False)
    def run(x):
        with stored.scope():
            return model(x)

    np.testing.assert_array_equal(run(tf.eye(2)), model(tf.eye(2)))
    assert len(stored.variables) == 1
    stored.variables[0].assign([[3, 0], [0, 3]])
    np.testing.assert_array_equal(run(tf.eye(2)), 3 * np.eye(2))
