"""Sparsity of activations."""

from nst_tf.visualize.diagnosis.statistics import FilterStatistics

__all__ = ["sparsity"]


def sparsity(statistics: FilterStatistics) -> float:
    """The share of activations that are not above 0, over images, positions and filters.

        1 - |{(i, p, k) : a_k(i, p) > 0}| / |{(i, p, k)}|

    Args:
        statistics: Of the activations a_k of a layer's filters, at position p of image i.

    Returns:
        In [0, 1]; 0.5 is that of a random filter, 1 that of a layer without an answer.
    """
    return float(1 - statistics.active.mean() / statistics.count)
