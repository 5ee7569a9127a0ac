import numpy as np
import pytest

from nst_tf.canvas.decorrelate import from_rgb, to_rgb

ROOT = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
VALUES = np.random.default_rng(0).normal(size=(2, 3, 4, 3)).astype(np.float32)


def logistic(values):
    return 1 / (1 + np.exp(-values.astype(np.float64)))


def test_colours_are_mixed_by_the_root_of_their_correlation_over_its_longest_column():
    mixing = ROOT / np.sqrt((ROOT**2).sum(axis=0)).max()
    expected = logistic(np.einsum("ij,bhwj->bhwi", mixing, VALUES))
    np.testing.assert_allclose(to_rgb(VALUES), expected, rtol=1e-5)


def test_without_mixing_each_value_is_a_colour():
    np.testing.assert_allclose(to_rgb(VALUES, decorrelate=False), logistic(VALUES), rtol=1e-5)


def test_the_first_axis_is_light_and_dark():
    light, dark = (to_rgb(np.array([[[[sign, 0, 0]]]], np.float32)).numpy() for sign in (3, -3))
    assert np.ptp(light) < 0.02
    assert np.min(light) > 0.8
    np.testing.assert_allclose(light + dark, 1, rtol=1e-5)


@pytest.mark.parametrize("decorrelate", [True, False])
def test_every_colour_has_its_values(decorrelate):
    image = np.random.default_rng(1).uniform(0.02, 0.98, (1, 4, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(to_rgb(from_rgb(image, decorrelate), decorrelate), image, atol=1e-5)


def test_black_and_white_have_values_too():
    image = np.array([[[[0, 0.5, 1]]]], np.float32)
    np.testing.assert_allclose(to_rgb(from_rgb(image)), image, atol=2e-4)
