"""The mean image: its arithmetic, and that it is saved without being a weight."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import SubtractMean

MEAN = np.random.default_rng(0).random((4, 5, 3)).astype(np.float32)
IMAGES = np.random.default_rng(1).random((2, 4, 5, 3)).astype(np.float32)
EXPECTED = 255 * (IMAGES.astype(np.float64) - MEAN)


@pytest.fixture
def model():
    image = keras.Input((4, 5, 3))
    model = keras.Model(image, SubtractMean((4, 5, 3), name="preprocess")(image))
    model.get_layer("preprocess").mean = MEAN
    return model


def assert_expected(actual):
    np.testing.assert_allclose(actual, EXPECTED, atol=1e-4)


def test_subtracts_the_mean_and_scales(model):
    assert_expected(model(IMAGES))
    assert_expected(model.predict(IMAGES, verbose=0))
    assert_expected(tf.function(model, jit_compile=True)(IMAGES))


def test_a_mean_per_channel_is_zero_until_it_is_assigned():
    layer = SubtractMean((1, 1, 3))
    np.testing.assert_allclose(layer(IMAGES), 255 * IMAGES, rtol=1e-6)
    layer.mean = MEAN[:1, :1]
    np.testing.assert_allclose(layer(IMAGES), 255 * (IMAGES - MEAN[:1, :1]), atol=1e-4)


def test_a_new_mean_reaches_a_compiled_model():
    layer = SubtractMean((4, 5, 3))
    compiled = tf.function(layer)
    compiled(IMAGES)
    layer.mean = MEAN
    assert_expected(compiled(IMAGES))


def test_the_mean_is_no_weight(model):
    assert model.count_params() == 0
    assert model.weights == []


def test_the_mean_is_saved_with_the_model_and_with_its_weights(model, tmp_path):
    model.save(tmp_path / "model.keras")
    assert_expected(keras.saving.load_model(tmp_path / "model.keras")(IMAGES))
    model.save_weights(tmp_path / "model.weights.h5")
    model.get_layer("preprocess").mean = np.zeros_like(MEAN)
    model.load_weights(tmp_path / "model.weights.h5")
    assert_expected(model(IMAGES))


def test_the_mean_is_in_a_saved_model(model, tmp_path):
    model.export(tmp_path / "keras", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "keras")
    assert_expected(loaded.serve(IMAGES))
    tf.saved_model.save(model, tmp_path / "tf")
    loaded = tf.saved_model.load(tmp_path / "tf")
    assert_expected(*loaded.signatures["serving_default"](tf.constant(IMAGES)).values())


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_dtypes(dtype):
    layer = SubtractMean((4, 5, 3), dtype=dtype)
    layer.mean = MEAN
    y = layer(IMAGES.astype(dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, EXPECTED, atol=0.3 if dtype == "float16" else 1e-4)


def test_refuses_a_mean_of_another_shape():
    with pytest.raises(InputError, match=r"the mean has the shape \(4, 5, 3\); it must be \(1, 1, 3\)"):
        SubtractMean((1, 1, 3)).mean = MEAN
