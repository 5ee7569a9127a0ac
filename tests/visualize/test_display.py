import numpy as np
import pytest

from nst_tf.visualize.display import display_projection


def test_zero_is_grey_and_sign_is_kept():
    projection = np.random.default_rng(0).standard_normal((20, 30, 3))
    projection[3, 4] = 0
    shown = display_projection(projection)
    assert shown.dtype == np.float32
    assert (shown[3, 4] == 0.5).all()
    np.testing.assert_array_equal(np.sign(shown - 0.5), np.sign(projection))
    assert shown.min() >= 0
    assert shown.max() <= 1


def test_scale_is_a_high_percentile_of_what_is_not_zero():
    projection = np.random.default_rng(1).standard_normal((40, 40, 3))
    scale = np.sort(np.abs(projection.ravel()))[round(0.995 * (projection.size - 1))]
    np.testing.assert_allclose(display_projection(projection), np.clip(0.5 + projection / scale / 2, 0, 1), atol=1e-3)


@pytest.mark.parametrize("factor", [1e-6, 1e4])
def test_size_of_the_projection_does_not_matter(factor):
    projection = np.random.default_rng(2).standard_normal((9, 9, 3))
    np.testing.assert_allclose(display_projection(factor * projection), display_projection(projection), atol=1e-6)


def test_empty_space_around_it_does_not_matter():
    projection = np.random.default_rng(3).standard_normal((6, 6, 3))
    padded = display_projection(np.pad(projection, ((50, 50), (50, 50), (0, 0))))
    np.testing.assert_array_equal(padded[50:-50, 50:-50], display_projection(projection))
    assert (padded[:50] == 0.5).all()


def test_one_huge_pixel_does_not_make_the_rest_pale():
    projection = np.tile(np.float32([1, -1, 1]), (30, 30, 1))
    projection[0, 0, 0] = 1e6
    np.testing.assert_array_equal(display_projection(projection)[1:], (projection[1:] + 1) / 2)


def test_zero_projection_is_plain_grey():
    np.testing.assert_array_equal(display_projection(np.zeros((2, 3, 3))), np.full((2, 3, 3), 0.5))


def test_half_precision_is_scaled_in_single_precision():
    projection = np.full((4, 4, 3), 6e4, np.float16)
    np.testing.assert_array_equal(display_projection(-projection), np.zeros((4, 4, 3)))
