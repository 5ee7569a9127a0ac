"""What is remembered of a layer's activations while images stream by: a few numbers for each filter; and what they tell
of dead and constant filters and of sparsity.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

__all__ = ["FilterStatistics", "constant_share", "dead_share", "reduce_maps", "sparsity"]

TOLERANCE = 0.1  # of a filter's mean, within which it is called constant


def reduce_maps(maps: tf.Tensor) -> tf.Tensor:
    """What `FilterStatistics.of` needs of a batch, computed where the batch is.

    Args:
        maps: `(batch, rows, columns, filters)`.

    Returns:
        `(4, filters)`: mean, sum of squared deviations from it, maximum, and how many are above 0.
    """
    axes = [0, 1, 2]
    mean = tf.reduce_mean(maps, axes)
    squares = tf.reduce_sum(tf.square(maps - mean), axes)
    return tf.stack([mean, squares, tf.reduce_max(maps, axes), tf.reduce_sum(tf.cast(maps > 0, maps.dtype), axes)])


@dataclass(frozen=True)
class FilterStatistics:
    """Statistics of the filters of one layer, over images and positions. Those of two parts add up.

    Attributes:
        count: Activations of each filter.
        mean: float64 `(filters,)`.
        squares: float64 `(filters,)`: the sum of squared deviations from the mean.
        largest: float64 `(filters,)`.
        active: float64 `(filters,)`: how many activations are above 0.
    """

    count: int
    mean: np.ndarray
    squares: np.ndarray
    largest: np.ndarray
    active: np.ndarray

    @classmethod
    def of(cls, count: int, reduced: np.ndarray) -> "FilterStatistics":
        """From what `reduce_maps` gave for `count` activations of each filter."""
        return cls(count, *np.asarray(reduced, np.float64))

    def __add__(self, other: "FilterStatistics") -> "FilterStatistics":
        # Chan, Golub and LeVeque 1979: no difference of two large sums.
        count = self.count + other.count
        step = other.mean - self.mean
        return FilterStatistics(
            count,
            self.mean + step * (other.count / count),
            self.squares + other.squares + step**2 * (self.count * other.count / count),
            np.maximum(self.largest, other.largest),
            self.active + other.active,
        )

    @property
    def deviation(self) -> np.ndarray:
        """The standard deviation of each filter's activations, float64 `(filters,)`."""
        return np.sqrt(self.squares / self.count)


def dead_share(statistics: FilterStatistics) -> float:
    """The share of filters that no image excites.

        |{k : max over images and positions of a_k <= 0}| / K

    Args:
        statistics: Of the activations a_k of a layer's K filters.

    Returns:
        In [0, 1]; 0 is good.
    """
    return float((statistics.largest <= 0).mean())


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


def sparsity(statistics: FilterStatistics) -> float:
    """The share of activations that are not above 0, over images, positions and filters.

        1 - |{(i, p, k) : a_k(i, p) > 0}| / |{(i, p, k)}|

    Args:
        statistics: Of the activations a_k of a layer's filters, at position p of image i.

    Returns:
        In [0, 1]; 0.5 is that of a random filter, 1 that of a layer without an answer.
    """
    return float(1 - statistics.active.mean() / statistics.count)
