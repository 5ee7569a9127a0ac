"""Dead filters."""

from nst_tf.visualize.diagnosis.statistics import FilterStatistics

__all__ = ["dead_share"]


def dead_share(statistics: FilterStatistics) -> float:
    """The share of filters that no image excites.

        |{k : max over images and positions of a_k <= 0}| / K

    Args:
        statistics: Of the activations a_k of a layer's K filters.

    Returns:
        In [0, 1]; 0 is good.
    """
    return float((statistics.largest <= 0).mean())
