from dataclasses import astuple, replace

import numpy as np
import pytest
from scipy.linalg import sqrtm

from nst_tf.errors import InputError
from nst_tf.images import fit, read_image, resize
from nst_tf.measures.style_distance import LAYERS, Gaussian, normalised_wasserstein, style_distances
from nst_tf.samples import sample


def gaussian(seed, channels=6, rank=6):
    random = np.random.default_rng(seed)
    factor = random.normal(size=(channels, rank))
    return Gaussian(random.normal(size=channels), factor @ factor.T)


def test_the_distance_of_gaussians_is_the_formula_over_the_style_variance():
    result, style = gaussian(0), gaussian(1)
    (mean, covariance), (mean0, covariance0) = astuple(result), astuple(style)
    root = sqrtm(covariance0)
    squared = np.sum((mean - mean0) ** 2) + np.trace(covariance + covariance0 - 2 * sqrtm(root @ covariance @ root))
    assert normalised_wasserstein(result, style) == pytest.approx(squared / np.trace(covariance0), rel=1e-6)


def test_the_distance_of_independent_channels_is_that_of_their_deviations():
    mean, deviations, deviations0 = np.zeros(3), np.array([1.0, 2, 3]), np.array([3.0, 2, 0])
    found = normalised_wasserstein(Gaussian(mean, np.diag(deviations**2)), Gaussian(mean, np.diag(deviations0**2)))
    assert found == pytest.approx((4 + 0 + 9) / (9 + 4), rel=1e-6)


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_a_gaussian_is_at_distance_0_from_itself_whatever_its_rank(rank):
    assert normalised_wasserstein(gaussian(2, rank=rank), gaussian(2, rank=rank)) == pytest.approx(0, abs=1e-12)


def test_the_style_mean_everywhere_is_at_distance_1():
    style = gaussian(3)
    flat = replace(style, covariance=0 * style.covariance)
    assert normalised_wasserstein(flat, style) == pytest.approx(1, rel=1e-6)


def test_a_style_without_variance_is_measured_all_the_same():
    result = gaussian(4)
    flat = replace(result, covariance=0 * result.covariance)
    assert normalised_wasserstein(flat, flat) == 0
    assert normalised_wasserstein(result, flat) > 1e6


@pytest.fixture(scope="module")
def wave():
    pixels = read_image(sample("great_wave")).pixels
    return np.clip(resize(pixels, fit(pixels.shape, 128)), 0, 1)


def test_a_picture_is_at_distance_0_from_itself_on_every_layer(wave):
    found = style_distances(wave, wave)
    assert tuple(found) == LAYERS
    assert list(found.values()) == pytest.approx([0] * 5, abs=1e-9)


def test_the_style_is_brought_to_the_size_of_the_result(wave):
    whole = read_image(sample("great_wave")).pixels
    assert list(style_distances(wave, whole).values()) == pytest.approx([0] * 5, abs=1e-9)


def test_a_flat_picture_is_about_as_far_as_the_style_varies(wave):
    found = style_distances(np.broadcast_to(wave.mean((0, 1)), wave.shape), wave)
    assert all(0.5 < value < 2 for value in found.values())


def test_a_narrow_style_stays_large_enough_for_the_network(wave):
    assert all(np.isfinite(value) for value in style_distances(wave, wave[:10]).values())


def test_a_result_too_small_for_the_layers_is_refused(wave):
    with pytest.raises(InputError, match="16x16 or larger"):
        style_distances(wave[:15], wave)
