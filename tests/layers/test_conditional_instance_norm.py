"""Conditional instance normalisation against its formula in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.layers import ConditionalInstanceNorm

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
SHARES = np.array([[1, 0, 0], [0.2, 0.3, 0.5]], np.float32)


def maps():
    return np.random.default_rng(0).normal(3, 2, (2, 5, 7, 4)).astype(np.float32)


def trained():
    layer, random = ConditionalInstanceNorm(3), np.random.default_rng(1)
    layer.build(((None, None, None, 4), (None, 3)))
    layer.set_weights([random.normal(size=(3, 4)), random.normal(size=(3, 4))])
    return layer


def in_numpy(layer, x, shares):
    scale, offset = (np.asarray(weight, np.float64) for weight in layer.get_weights())
    x = np.asarray(x, np.float64)
    normal = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    return normal * (shares @ scale)[:, None, None] + (shares @ offset)[:, None, None]


def test_is_its_formula_for_one_style_and_for_a_blend():
    layer = trained()
    np.testing.assert_allclose(layer([maps(), SHARES]), in_numpy(layer, maps(), SHARES), atol=1e-5)


def test_new_it_only_normalises():
    y = ConditionalInstanceNorm(3)([maps(), SHARES]).numpy()
    np.testing.assert_allclose(y.mean((1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(y.var((1, 2)), 1, atol=1e-4)


def test_flat_maps_become_the_offset():
    layer = trained()
    y = layer([np.full((1, 5, 7, 4), 9, np.float32), SHARES[:1]])
    np.testing.assert_allclose(y, np.broadcast_to(layer.get_weights()[1][0], y.shape), atol=1e-3)


@pytest.mark.parametrize("level", [-9, 0, 1e3])
def test_flat_maps_but_for_rounding_become_the_offset_to_the_bit_and_the_others_what_they_are(level):
    layer, x = trained(), maps()
    x[..., :2] = level + abs(level) * np.random.default_rng(2).normal(0, 1e-6, (*x.shape[:3], 2))
    y = layer([x, SHARES]).numpy()
    flat = SHARES @ layer.get_weights()[1]
    np.testing.assert_array_equal(y[..., :2], np.broadcast_to(flat[:, None, None, :2], (*y.shape[:3], 2)))
    np.testing.assert_allclose(y[..., 2:], in_numpy(layer, x, SHARES)[..., 2:], atol=1e-5)


def test_statistics_are_of_float32_under_mixed_precision():
    layer = ConditionalInstanceNorm(3, dtype="mixed_bfloat16")
    x = tf.cast(maps(), tf.bfloat16)
    y = layer([x, SHARES])
    assert y.dtype == tf.bfloat16
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    np.testing.assert_allclose(tf.cast(y, tf.float32), in_numpy(layer, tf.cast(x, tf.float32), SHARES), atol=0.05)


def test_every_style_trains_its_own_scale_and_offset():
    layer = trained()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer([maps()[:1], SHARES[:1]]) ** 2)
    for gradient in tape.gradient(loss, layer.trainable_variables):
        assert np.abs(gradient[0]).min() > 0
        assert np.abs(gradient[1:]).max() == 0


def test_saved_and_loaded_for_another_batch(tmp_path):
    image, shares = keras.Input((None, None, 4)), keras.Input((3,))
    layer = trained()
    keras.Model([image, shares], layer([image, shares])).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x, many = np.concatenate([maps(), maps()[:1]]), SHARES[[0, 1, 1]]
    np.testing.assert_allclose(loaded([x, many]), in_numpy(layer, x, many), atol=1e-5)


@pytest.mark.parametrize("styles", [0, -1, 1.5])
def test_refuses_what_is_no_number_of_styles(styles):
    with pytest.raises(InputError, match=f"styles is {styles}; it must be a positive whole number"):
        ConditionalInstanceNorm(styles)
