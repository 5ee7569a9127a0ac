import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import TotalVariation

NINE_POINTS = np.array([[1, 4, 1], [4, -20, 4], [1, 4, 1]]) / 6


def measure(image):
    return TotalVariation()({}, tf.constant(image)).numpy()


def in_numpy(image):
    u = np.pad(image, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="edge")
    here, right, below, across = u[:, :-1, :-1], u[:, :-1, 1:], u[:, 1:, :-1], u[:, 1:, 1:]
    straight, diagonal = (right - here) ** 2 + (below - here) ** 2, (across - here) ** 2 + (right - below) ** 2
    return (2 * straight + diagonal / 2).mean(axis=(1, 2, 3)) / 3


def noise(shape=(2, 6, 5, 3)):
    return np.random.default_rng(0).random(shape)


def plane(function, height=8, width=9):
    rows, columns = np.mgrid[:height, :width].astype(float)
    return np.repeat(function(columns, rows)[None, :, :, None], 3, axis=3)


def test_is_the_formula_for_each_image():
    np.testing.assert_allclose(measure(noise()), in_numpy(noise()), rtol=1e-6)


def test_an_image_that_repeats_is_measured_across_its_border():
    # All of a period of a tiling, from any of its pixels on, has the same total variation.
    image = noise()
    here, right, below = image, np.roll(image, -1, 2), np.roll(image, -1, 1)
    across = np.roll(right, -1, 1)
    straight, diagonal = (right - here) ** 2 + (below - here) ** 2, (across - here) ** 2 + (right - below) ** 2
    expected = (2 * straight + diagonal / 2).mean(axis=(1, 2, 3)) / 3
    np.testing.assert_allclose(TotalVariation(repeats=True)({}, tf.constant(image)), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (1, 1, 7, 3), (1, 6, 1, 3)])
def test_smallest_images(shape):
    np.testing.assert_allclose(measure(noise(shape)), in_numpy(noise(shape)), rtol=1e-6, atol=1e-15)


def test_constant_images_have_none():
    np.testing.assert_array_equal(measure(np.full((2, 5, 4, 3), 0.7)), [0, 0])


def test_ramp_has_its_squared_slope_where_it_rises():
    np.testing.assert_allclose(measure(plane(lambda x, y: 0.1 * x)), 0.1**2 * 8 / 9, rtol=1e-6)
    np.testing.assert_allclose(measure(plane(lambda x, y: 0.1 * y)), 0.1**2 * 7 / 8, rtol=1e-6)


def test_parabola_has_the_sum_of_its_squared_differences():
    slopes = np.diff(0.01 * np.arange(9) ** 2)
    np.testing.assert_allclose(measure(plane(lambda x, y: 0.01 * x**2)), (slopes**2).sum() / 9, rtol=1e-6)


@pytest.mark.parametrize("repeats", [False, True])
def test_gradient_agrees_with_differences(repeats, value_and_gradient, differences):
    image, objective = noise((1, 4, 5, 3)), TotalVariation(repeats)
    _, gradient = value_and_gradient(objective, image)
    np.testing.assert_allclose(gradient, differences(objective, image), rtol=1e-6, atol=1e-9)


def test_gradient_inside_is_the_nine_point_laplacian(value_and_gradient):
    image = noise()
    _, gradient = value_and_gradient(TotalVariation(), image)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))
    laplacian = np.einsum("bhwcyx,yx->bhwc", windows, NINE_POINTS)
    np.testing.assert_allclose(gradient[:, 1:-1, 1:-1], -2 / image[0].size * laplacian, rtol=1e-5, atol=1e-9)


def test_waves_of_every_direction_cost_the_same():
    # Wave vectors (5, 0) and (3, 4) have the same length; the differences along rows and columns alone prefer one.
    waves = [plane(lambda x, y, a=a, b=b: np.sin(np.pi * (a * x + b * y) / 16), 256, 256) for a, b in [(5, 0), (3, 4)]]
    along, across = (measure(wave)[0] for wave in waves)
    straight = [(np.diff(wave, axis=1) ** 2).mean() + (np.diff(wave, axis=2) ** 2).mean() for wave in waves]
    assert abs(straight[0] / straight[1] - 1) > 0.03
    assert abs(along / across - 1) < 0.005


def test_turned_and_mirrored_images_differ_only_at_their_edges():
    image = np.zeros((1, 9, 9, 3))
    image[:, 2:-2, 2:-2] = noise((1, 5, 5, 3))
    for other in (np.rot90(image, axes=(1, 2)), image[:, ::-1], image[:, :, ::-1], image.swapaxes(1, 2)):
        np.testing.assert_allclose(measure(other.copy()), measure(image), rtol=1e-12)
