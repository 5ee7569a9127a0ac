"""Moving, enlarging and turning pictures, against NumPy."""

import numpy as np
import pytest

from nst_tf.visualize.warp import rotation, scaling, translation, warp


@pytest.fixture
def picture():
    return np.random.default_rng(0).random((9, 9, 3)).astype(np.float32)


def run(picture, transform):
    return warp(picture[None], transform[None])[0].numpy()


def sample(picture, x, y):
    """Bilinear interpolation at a position, clamped to the picture."""
    height, width = picture.shape[:2]
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    left, top = int(x), int(y)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    u, v = x - left, y - top
    upper = (1 - u) * picture[top, left] + u * picture[top, right]
    lower = (1 - u) * picture[bottom, left] + u * picture[bottom, right]
    return (1 - v) * upper + v * lower


def brute_force(picture, position):
    height, width = picture.shape[:2]
    picture = picture.astype(np.float64)
    return np.array([[sample(picture, *position(x, y)) for x in range(width)] for y in range(height)])


@pytest.mark.parametrize("pixels", [-8, -3, 0, 1, 5])
def test_translation_by_whole_pixels_moves_rows_down_exactly_and_repeats_the_edge(picture, pixels):
    rows = np.clip(np.arange(9) - pixels, 0, 8)
    np.testing.assert_array_equal(run(picture, translation(pixels)), picture[rows])


def test_translation_by_half_a_pixel_is_the_mean_of_two_rows(picture):
    moved = run(picture, translation(-0.5))
    np.testing.assert_allclose(moved[:-1], (picture[:-1] + picture[1:]) / 2, atol=1e-6)


@pytest.mark.parametrize("side", [8, 9])
@pytest.mark.parametrize("turns", [1, 2, 3, 4, -1])
def test_rotation_by_right_angles_equals_rot90(side, turns):
    picture = np.random.default_rng(1).random((side, side, 3)).astype(np.float32)
    turned = run(picture, rotation(90 * turns, side, side))
    np.testing.assert_allclose(turned, np.rot90(picture, turns), atol=1e-5)


@pytest.mark.parametrize("degrees", [20, 137])
def test_rotation_interpolates_between_the_four_nearest_pixels(picture, degrees):
    picture = picture[:7]
    turn = np.exp(1j * np.deg2rad(degrees))

    def position(x, y):
        source = (complex(x, y) - (4 + 3j)) * turn + 4 + 3j
        return source.real, source.imag

    np.testing.assert_allclose(run(picture, rotation(degrees, 7, 9)), brute_force(picture, position), atol=1e-4)


def test_scale_two_shows_the_middle_half_at_twice_the_size(picture):
    enlarged = run(picture, scaling(2, 9, 9))
    np.testing.assert_allclose(enlarged[::2, ::2], picture[2:7, 2:7], atol=1e-6)
    expected = brute_force(picture, lambda x, y: (4 + (x - 4) / 2, 4 + (y - 4) / 2))
    np.testing.assert_allclose(enlarged, expected, atol=1e-6)


def test_scale_of_an_even_side_keeps_the_centre_between_its_middle_pixels():
    ramp = np.tile(np.arange(8, dtype=np.float32)[:, None, None], (1, 8, 3))
    enlarged = run(ramp, scaling(1.6, 8, 8))[:, 0, 0]
    np.testing.assert_allclose(enlarged, 3.5 + (np.arange(8) - 3.5) / 1.6, atol=1e-5)


def test_shrinking_repeats_the_edge():
    ramp = np.tile(np.arange(9, dtype=np.float32)[:, None, None], (1, 9, 3))
    np.testing.assert_allclose(run(ramp, scaling(0.5, 9, 9))[:, 0, 0], [0, 0, 0, 2, 4, 6, 8, 8, 8], atol=1e-6)
