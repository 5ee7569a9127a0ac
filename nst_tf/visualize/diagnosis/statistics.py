"""What is remembered of a layer's activations while images stream by: a few numbers for each filter."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

__all__ = ["FilterStatistics", "reduce_maps"]


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
