"""Enlargement and convolution in one, against the two one after the other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.layers import UpsampleConv2D

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def _in_two_steps(layer, image):
    enlarged = np.repeat(np.repeat(image, 2, axis=1), 2, axis=2)
    padded = np.pad(enlarged, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    return tf.nn.conv2d(padded, layer.kernel, 1, "VALID") + layer.bias


def test_it_is_nearest_neighbour_enlargement_and_a_convolution():
    generator = np.random.default_rng(0)
    layer, image = UpsampleConv2D(5), generator.normal(size=(2, 7, 4, 3)).astype(np.float32)
    layer.build(image.shape)
    layer.bias.assign(generator.normal(size=5))
    np.testing.assert_allclose(layer(image), _in_two_steps(layer, image), atol=1e-5)


def test_its_gradients_are_those_of_the_two_steps():
    generator = np.random.default_rng(1)
    layer, image = UpsampleConv2D(2), generator.normal(size=(1, 3, 4, 3)).astype(np.float32)
    layer.build(image.shape)
    weights = generator.normal(size=(1, 6, 8, 2)).astype(np.float32)
    gradients = []
    for compute in (layer, lambda image: _in_two_steps(layer, image)):
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(weights * compute(image))
        gradients.append(tape.gradient(value, layer.trainable_variables))
    for ours, theirs in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_an_even_image_stays_even():
    """No checkerboard: inside an image of one colour, all results of a filter are the same."""
    layer = UpsampleConv2D(4)
    result = layer(np.full((1, 5, 5, 3), 0.7, np.float32)).numpy()
    np.testing.assert_allclose(result, np.broadcast_to(result[:, :1, :1], result.shape), atol=1e-6)


def test_a_model_with_it_survives_saving(tmp_path):
    image = keras.Input((None, None, 3))
    model = keras.Model(image, UpsampleConv2D(4)(image))
    model.save(tmp_path / "model.keras")
    loaded, pixels = keras.saving.load_model(tmp_path / "model.keras"), np.ones((1, 3, 5, 3), np.float32)
    np.testing.assert_array_equal(loaded(pixels), model(pixels))
    assert loaded.compute_output_shape((None, None, 5, 3)) == (None, None, 10, 4)
    assert loaded(np.ones((3, 2, 2, 3), np.float32)).shape == (3, 4, 4, 4)
