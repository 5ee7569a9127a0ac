"""Padding by reflection, against NumPy."""

import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.layers import ReflectPad

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.mark.parametrize("pixels", [1, 4])
def test_it_pads_as_numpy_does(pixels):
    image = np.random.default_rng(0).normal(size=(2, 6, 5, 3)).astype(np.float32)
    expected = np.pad(image, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(ReflectPad(pixels)(image), expected)


def test_a_model_with_it_survives_saving(tmp_path):
    image = keras.Input((None, None, 3))
    keras.Model(image, ReflectPad(2)(image)).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded(np.zeros((1, 4, 7, 3), np.float32)).shape == (1, 8, 11, 3)
    assert loaded.compute_output_shape((None, None, 7, 3)) == (None, None, 11, 3)


@pytest.mark.parametrize("pixels", [0, 1.5])
def test_other_numbers_of_pixels_are_refused(pixels):
    with pytest.raises(InputError, match=f"pixels is {pixels}"):
        ReflectPad(pixels)
