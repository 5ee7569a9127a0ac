import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from nst_tf.images import fit, luminance, match_color, read_image, resize_image
from nst_tf.measures.edges import edge_agreement
from nst_tf.samples import sample


def picture(name, size):
    return resize_image(read_image(sample(name)).pixels, size)


@pytest.fixture(scope="module")
def castle():
    pixels = read_image(sample("neuschwanstein")).pixels
    return resize_image(pixels, fit(pixels.shape, 300))


@pytest.fixture(scope="module")
def wave(castle):
    return picture("great_wave", castle.shape[:2])


def by_definition(first, second):
    """By angles and magnitudes, with the blur of SciPy."""
    fields = []
    for pixels in (first, second):
        y = gaussian_filter(luminance(pixels).astype(np.float64), max(pixels.shape) / 256, mode="nearest")
        down, across = np.gradient(y)
        fields.append((np.hypot(across, down), np.arctan2(down, across)))
    (strength, angle), (strength2, angle2) = fields
    together = np.sum(strength * strength2 * np.cos(2 * (angle - angle2)))
    return together / np.sqrt(np.sum(strength**2) * np.sum(strength2**2))


def test_equals_its_definition(castle, wave):
    blend = (castle + wave) / 2
    assert edge_agreement(castle, blend) == pytest.approx(by_definition(castle, blend), rel=1e-5)
    assert 0.2 < edge_agreement(castle, blend) < 0.9


def test_the_photograph_itself_its_negative_and_a_darker_one_agree_with_it(castle):
    for same in (castle, 1 - castle, castle / 2):
        assert edge_agreement(castle, same) == pytest.approx(1, abs=1e-5)


def test_another_picture_does_not_agree(castle, wave):
    assert edge_agreement(castle, wave) < 0.05


def test_edges_turned_by_a_right_angle_do_not_agree():
    stripes = np.repeat(np.tile([0.2, 0.2, 0.8, 0.8], 16)[:, None, None], 64, 1).repeat(3, 2).astype(np.float32)
    assert edge_agreement(stripes, stripes) == pytest.approx(1)
    assert edge_agreement(stripes, np.swapaxes(stripes, 0, 1)) == 0


def test_other_colours_keep_it_noise_and_a_shift_lower_it(castle, wave):
    noise = np.random.default_rng(0).normal(size=castle.shape).astype(np.float32)
    noisy = [edge_agreement(castle, np.clip(castle + strength * noise, 0, 1)) for strength in (0.05, 0.2)]
    moved = [edge_agreement(castle, np.roll(castle, pixels, 1)) for pixels in (1, 4)]
    recoloured = edge_agreement(castle, match_color(castle, wave))
    assert 1 > recoloured > 0.9
    assert 1 > noisy[0] > noisy[1] > 0
    assert 1 > moved[0] > moved[1] > 0


def test_pictures_without_edges_agree_only_with_each_other(castle):
    grey = np.full_like(castle, 0.5)
    assert edge_agreement(castle, grey) == edge_agreement(grey, castle) == 0
    assert edge_agreement(grey, grey * 0.5) == 1
