"""Filters that answer the same to everything."""

import numpy as np

from nst_tf.visualize.diagnosis.statistics import FilterStatistics

__all__ = ["TOLERANCE", "constant_share"]

TOLERANCE = 0.1


def constant_share(statistics: FilterStatistics) -> float:
    """The share of filters that are active but nearly constant, over images and positions alike.

        |{k alive : sd(a_k) <= TOLERANCE |mean(a_k)|}| / K

    Args:
        statistics: Of the activations a_k of a layer's K filters.

    Returns:
        In [0, 1]; 0 is good. Dead filters are not counted here.
    """
    steady = statistics.deviation <= TOLERANCE * np.abs(statistics.mean)
    return float((steady & (statistics.largest > 0)).mean())
