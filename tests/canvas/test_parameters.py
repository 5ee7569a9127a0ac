import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas.decorrelate import to_rgb
from nst_tf.canvas.fourier import from_waves
from nst_tf.canvas.parameters import Parameters


@pytest.mark.parametrize("fourier", [True, False])
@pytest.mark.parametrize("decorrelate", [True, False])
def test_every_image_has_its_parameters(fourier, decorrelate):
    canvas = Parameters(fourier, decorrelate)
    image = np.random.default_rng(0).uniform(0.02, 0.98, (2, 6, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(canvas.image(canvas.of(tf.constant(image))), image, atol=1e-5)


def test_the_image_is_the_colours_of_a_quarter_of_the_waves():
    waves = np.random.default_rng(0).normal(size=(1, 6, 6, 3)).astype(np.float32)
    np.testing.assert_allclose(Parameters(True, True).image(waves), to_rgb(from_waves(waves) / 4), rtol=1e-6)
    np.testing.assert_allclose(Parameters(False, False).image(waves), to_rgb(waves, False), rtol=1e-6)


def test_small_parameters_are_nearly_grey():
    parameters = 0.01 * np.random.default_rng(0).normal(size=(1, 128, 128, 3)).astype(np.float32)
    image = Parameters().image(tf.constant(parameters)).numpy()
    assert np.abs(image - 0.5).max() < 0.1
