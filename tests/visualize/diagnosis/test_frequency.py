import numpy as np
import pytest

from nst_tf.visualize.diagnosis.frequency import GRID, filter_spectra, frequency_coverage, radial_frequency


def waves(frequencies, side=11, angle=0.3):
    """Gabor filters, one for each frequency in cycles per pixel, the same in all colours."""
    y, x = np.mgrid[:side, :side] - side // 2
    along = x * np.cos(angle) + y * np.sin(angle)
    envelope = np.exp(-(x**2 + y**2) / (2 * (side / 5) ** 2))
    filters = [envelope * np.cos(2 * np.pi * frequency * along) for frequency in frequencies]
    return np.repeat(np.stack(filters, axis=-1)[:, :, None], 3, axis=2)


def test_spectrum_is_the_fourier_sum_of_the_kernel():
    kernel = np.random.default_rng(0).normal(size=(5, 7, 3, 2))
    row, column = 11, 50
    u, v = (row - GRID // 2) / GRID, (column - GRID // 2) / GRID
    y, x = np.mgrid[:5, :7]
    wave = np.exp(-2j * np.pi * (u * y + v * x))
    expected = (np.abs((kernel * wave[:, :, None, None]).sum(axis=(0, 1))) ** 2).sum(axis=0)
    np.testing.assert_allclose(filter_spectra(kernel)[:, row, column], expected)
    np.testing.assert_allclose(radial_frequency()[row, column], np.hypot(u, v))


@pytest.mark.parametrize("side", [7, 11])
@pytest.mark.parametrize(("frequency", "shares"), [(0.0, (1, 0, 0)), (0.19, (0, 1, 0)), (0.4, (0, 0, 1))])
def test_filters_of_one_band_cover_no_other(side, frequency, shares):
    found = frequency_coverage(waves([frequency] * 4, side))
    assert found.shares == shares
    assert found.coverage == 0


def test_a_gap_in_the_middle_shows():
    gap = frequency_coverage(waves([0, 0.02, 0.35, 0.4]))
    even = frequency_coverage(waves([0, 0.19, 0.4]))
    np.testing.assert_allclose(gap.shares, [0.5, 0, 0.5])
    np.testing.assert_allclose(gap.coverage, np.log(2) / np.log(3))
    np.testing.assert_allclose(even.coverage, 1)


def test_every_filter_counts_the_same_in_the_mean_spectrum_whatever_its_size():
    kernel = waves([0.0, 0.4])
    louder = kernel * [1, 100]
    np.testing.assert_allclose(frequency_coverage(louder).spectrum, frequency_coverage(kernel).spectrum)
    np.testing.assert_allclose(frequency_coverage(kernel).spectrum.sum(), 1)


def test_filters_of_zeros_are_left_out():
    kernel = np.concatenate([waves([0.19]), np.zeros((11, 11, 3, 5))], axis=-1)
    assert frequency_coverage(kernel).shares == (0, 1, 0)
    assert frequency_coverage(0 * kernel).shares == (0, 0, 0)
