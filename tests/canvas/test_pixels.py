import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.operators import common_operators


def test_noise_is_the_same_for_the_same_seed_and_uniform():
    a, b, other = noise(40, 50, 7), noise(40, 50, 7), noise(40, 50, 8)
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - other).mean() > 0.2
    assert a.shape == (1, 40, 50, 3)
    assert abs(np.mean(a) - 0.5) < 0.02
    assert abs(np.var(a) - 1 / 12) < 0.005


def test_images_of_a_batch_of_noise_differ():
    a, b = noise(8, 8, 0, batch=2)
    assert np.abs(a - b).mean() > 0.1


def test_enlarging_keeps_a_smooth_image_and_the_range():
    rows = np.linspace(0, 1, 16, dtype=np.float32)
    ramp = np.broadcast_to(rows[None, :, None, None], (1, 16, 16, 3))
    large = enlarge(tf.constant(ramp), 32, 48)
    assert large.shape == (1, 32, 48, 3)
    expected = np.interp((np.arange(32) + 0.5) / 2 - 0.5, np.arange(16), rows)
    np.testing.assert_allclose(large[0, 4:-4, 5, 0], expected[4:-4], atol=1e-3)
    edge = np.broadcast_to((rows > 0.5).astype(np.float32)[None, :, None, None], (1, 16, 16, 3))
    overshooting = enlarge(tf.constant(edge), 64, 64).numpy()
    assert overshooting.min() == 0
    assert overshooting.max() == 1


def test_the_same_size_is_the_same_image():
    image = noise(5, 6, 0)
    assert enlarge(image, 5, 6) is image


@pytest.mark.parametrize("size", [(9, 31), (20, 11), (17, 40)], ids=str)
def test_by_products_an_image_is_the_same_in_another_size(size):
    image = noise(17, 23, 0)
    with common_operators():
        found = lanczos(image, *size)
        assert lanczos(image, 17, 23) is image
    np.testing.assert_allclose(found, lanczos(image, *size), atol=1e-6)
