import keras
import numpy as np
import pytest

from nst_tf.backbones.fit_image import fit_image


def network(height, width):
    image = keras.Input((height, width, 3))
    return keras.Model(image, keras.layers.ReLU()(image))


@pytest.mark.parametrize(("shape", "expected"), [((30, 60), (20, 40)), ((60, 30), (40, 20)), ((7, 7), (20, 20))])
def test_a_network_of_any_size_gets_the_whole_picture(shape, expected):
    assert fit_image(network(None, None), np.zeros((*shape, 3), np.float32), 20).shape == (*expected, 3)


@pytest.mark.parametrize("shape", [(10, 16), (16, 10), (8, 12), (3, 50)])
def test_a_network_of_one_size_gets_that(shape):
    assert fit_image(network(8, 12), np.zeros((*shape, 3), np.float32)).shape == (8, 12, 3)


def test_what_does_not_fit_is_cut_off_evenly():
    picture = np.zeros((8, 20, 3), np.float32)
    picture[:, 4:16] = np.random.default_rng(0).random((8, 12, 3))
    np.testing.assert_array_equal(fit_image(network(8, 12), picture), picture[:, 4:16])
