import keras
import numpy as np
import pytest

from nst_tf.layers import Preprocess

IMAGE = np.random.default_rng(0).random((2, 3, 4, 3)).astype(np.float32)
SCALE, OFFSET = (1.0, 2.0, 3.0), (0.5, -0.5, 4.0)


@pytest.mark.parametrize("bgr", [False, True])
def test_scales_then_shifts_then_reverses(bgr):
    expected = IMAGE * SCALE + OFFSET
    expected = expected[..., ::-1] if bgr else expected
    np.testing.assert_allclose(Preprocess(SCALE, OFFSET, bgr)(IMAGE), expected, rtol=1e-6)


def test_comes_back_from_its_configuration():
    image = keras.Input((None, None, 3))
    model = keras.Model(image, Preprocess(SCALE, OFFSET, True, name="preprocess")(image))
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again(IMAGE), model(IMAGE))
