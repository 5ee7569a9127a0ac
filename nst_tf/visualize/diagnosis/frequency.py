"""Which spatial frequencies the filters of a first layer prefer.

Filter k, with kernel w_k, answers a wave of frequency u (cycles per pixel, rows and columns) with the power

    P_k(u) = sum over colours c of |DFT(w_kc)(u)|^2

and prefers the frequency where that is largest. Padding the kernels to GRID x GRID samples the spectra of an 11x11 and
of a 7x7 kernel at the same frequencies. Bands are an octave wide: low below 1/8 cycle per pixel, mid to 1/4, high
above. Filters that are 0 are left out.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["BANDS", "EDGES", "GRID", "FrequencyCoverage", "filter_spectra", "frequency_coverage", "radial_frequency"]

GRID = 64
BANDS = ("low", "mid", "high")
EDGES = (1 / 8, 1 / 4)  # cycles per pixel


@dataclass(frozen=True)
class FrequencyCoverage:
    """How the filters of a layer are spread over the bands.

    Attributes:
        shares: For each of `BANDS` the share of filters whose preferred frequency is in it, q_b.
        coverage: The entropy of the shares, `-sum_b q_b log q_b / log 3`: 1 if they are equal, 0 if one band has all.
        spectrum: float64 `(GRID, GRID)`, frequency 0 in the middle: the mean over filters of P_k / sum_u P_k(u).
    """

    shares: tuple[float, float, float]
    coverage: float
    spectrum: np.ndarray


def radial_frequency() -> np.ndarray:
    """The radial frequency in cycles per pixel of each cell of a spectrum, `(GRID, GRID)`, 0 in the middle."""
    frequency = np.fft.fftshift(np.fft.fftfreq(GRID))
    return np.hypot(frequency[:, None], frequency[None, :])


def filter_spectra(kernel: np.ndarray) -> np.ndarray:
    """The power spectra P_k, frequency 0 in the middle.

    Args:
        kernel: `(rows, columns, channels in, filters)`, no larger than `GRID`.

    Returns:
        float64 `(filters, GRID, GRID)`.
    """
    transformed = np.fft.fft2(np.asarray(kernel, np.float64), s=(GRID, GRID), axes=(0, 1))
    power = np.square(np.abs(transformed)).sum(axis=2)
    return np.moveaxis(np.fft.fftshift(power, axes=(0, 1)), -1, 0)


def frequency_coverage(kernel: np.ndarray) -> FrequencyCoverage:
    """How the filters of a first layer are spread over low, mid and high frequencies.

    Args:
        kernel: `(rows, columns, channels in, filters)`.

    Returns:
        Shares, coverage and mean spectrum, all 0 if every filter is.
    """
    spectra = filter_spectra(kernel).reshape(-1, GRID * GRID)
    spectra = spectra[spectra.any(axis=1)]
    if not len(spectra):
        return FrequencyCoverage((0.0, 0.0, 0.0), 0.0, np.zeros((GRID, GRID)))
    preferred = radial_frequency().ravel()[spectra.argmax(axis=1)]
    shares = np.bincount(np.digitize(preferred, EDGES), minlength=len(BANDS)) / len(preferred)
    used = shares[shares > 0]
    # + 0: one band alone gives -0.
    coverage = float(-(used * np.log(used)).sum() / np.log(len(BANDS))) + 0.0
    mean = (spectra / spectra.sum(axis=1, keepdims=True)).mean(axis=0)
    return FrequencyCoverage(tuple(shares.tolist()), coverage, mean.reshape(GRID, GRID))
