"""Filters that are much larger than the others of their layer."""

import numpy as np

__all__ = ["LARGE", "dominance", "dominant_share", "filter_rms"]

LARGE = 2.0


def filter_rms(kernel: np.ndarray) -> np.ndarray:
    """The root mean square of each filter's weights: what the paper clips at 0.1, so that none dominates (section 3).

    Args:
        kernel: `(rows, columns, channels in, filters)`.

    Returns:
        float64 `(filters,)`.
    """
    return np.sqrt(np.square(np.asarray(kernel, np.float64)).mean(axis=(0, 1, 2)))


def dominance(kernel: np.ndarray) -> float:
    """How much larger the largest filter is than a usual one; the scale of the weights does not matter.

        max_k RMS_k / median_k RMS_k,  over the filters that are not 0

    Args:
        kernel: `(rows, columns, channels in, filters)`.

    Returns:
        1 where all are equal, or all are 0; more where one dominates.
    """
    rms = filter_rms(kernel)
    rms = rms[rms > 0]
    return float(rms.max() / np.median(rms)) if rms.size else 1.0


def dominant_share(kernel: np.ndarray) -> float:
    """The share of filters that are `LARGE` times as large as the median.

        |{k : RMS_k > LARGE median_j RMS_j}| / K,  the median over the filters that are not 0

    Args:
        kernel: `(rows, columns, channels in, filters)`.

    Returns:
        In [0, 1].
    """
    rms = filter_rms(kernel)
    return float((rms > LARGE * np.median(rms[rms > 0])).mean()) if rms.any() else 0.0
