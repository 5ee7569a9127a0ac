"""The sizes of a picture on its way from coarse to fine."""

import math

from nst_tf.images import fit

__all__ = ["scale_sizes", "scale_steps"]


def scale_sizes(shape: tuple[int, int], size: int, first_size: int, growth: float, least: int) -> list[tuple[int, int]]:
    """The `(height, width)` of each scale, in even ratios from the coarsest to the result's.

    Args:
        shape: `(height, width, ...)` of the image, whose aspect ratio is kept.
        size: Longest side of the last scale in pixels.
        first_size: Longest side of the first, if that is not above `size`.
        growth: The largest ratio of one scale to the one before.
        least: No side of the first scale is shorter than this (if the last scale's is not); it starts larger instead.
    """
    short, long = sorted(shape[:2])
    first = min(size, max(first_size, math.ceil(least * long / short)))
    count = math.ceil(round(math.log(size / first, growth), 6))
    longest = [round(first * (size / first) ** (index / count)) for index in range(count)]
    return [fit(shape, side) for side in [*longest, size]]


def scale_steps(steps: tuple[int, ...], scales: int) -> list[int]:
    """Evaluations on each of so many scales; the last number holds for all scales after it."""
    return [steps[min(index, len(steps) - 1)] for index in range(scales)]
