"""Places of paintings that places of pictures are compared with, by patches of features around them.

Features are first centred and scaled by the mean and deviation of their own image over all its positions, channel by
channel, and compared on the principal axes of the paintings.
"""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from nst_tf.objectives.spectrum import principal_axes

__all__ = [
    "Places",
    "Sample",
    "Weights",
    "framed",
    "looked_at",
    "patches_at",
    "patches_of",
    "places_of",
    "salience",
    "salience_of",
    "sample",
    "sample_of_moments",
    "scale_of_moments",
    "spread",
    "standardise",
    "together",
    "unit",
]

MOST_PLACES = 4096  # of an image, on an even grid
# Principal axes in which features are compared. On a real pair at 256 px, the places found so have 0.90 to 0.96 of the
# cosine that the nearest by all features have (`python -m benchmarks neighbours`).
AXES = 32
LEAST_SPREAD = 1e-4  # of a channel, in the mean spread of all: one that hardly varies is not blown up
ROUNDING = 1e-8  # of the mean square, likewise: a constant image has no spread, but for what float32 leaves
TINY = 1e-12
Weights = Sequence[tf.Tensor | None]  # of the positions of several images


def unit(vectors: tf.Tensor, least: float = TINY) -> tf.Tensor:
    """Vectors of length 1 along the last axis, less where their squared length is not much above the least."""
    return vectors * tf.math.rsqrt(tf.reduce_sum(tf.square(vectors), -1, keepdims=True) + least)


def _scale(mean: tf.Tensor, variance: tf.Tensor) -> tf.Tensor:
    least = LEAST_SPREAD * tf.reduce_mean(variance, -1, keepdims=True)
    least += ROUNDING * tf.reduce_mean(tf.square(mean), -1, keepdims=True)
    return tf.math.rsqrt(variance + least + TINY)


def spread(maps: tf.Tensor, weights: tf.Tensor | None = None) -> tuple[tf.Tensor, tf.Tensor]:
    """The mean of feature maps over all positions, and the inverse of their deviation.

    Args:
        maps: `(batch, rows, columns, channels)`.
        weights: Of the positions, `(1, rows, columns, 1)`, 1 in all; without them, all count alike.

    Returns:
        Both `(batch, 1, 1, channels)`.
    """
    if weights is None:
        mean, variance = tf.nn.moments(maps, [1, 2], keepdims=True)
    else:
        weights = tf.cast(weights, maps.dtype)
        mean = tf.reduce_sum(weights * maps, [1, 2], keepdims=True)
        variance = tf.reduce_sum(weights * tf.math.squared_difference(maps, mean), [1, 2], keepdims=True)
    return mean, _scale(mean, variance)


def standardise(maps: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """Feature maps centred and scaled by their own mean and deviation over all positions; see `spread`.

    Returns:
        As `maps`; 0 where an image is constant.
    """
    mean, scale = spread(maps, weights)
    return (maps - mean) * scale


def framed(maps: tf.Tensor, side: int) -> tf.Tensor:
    """Maps with their edges repeated, so that there is a patch at every position."""
    edge = [side // 2] * 2
    return tf.pad(maps, [[0, 0], edge, edge, [0, 0]], "SYMMETRIC")


def salience(maps: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """How much there is to see at each position of an image: how far features are from its mean, at most 1.

        w_p = min(1, sqrt(mean_N(p) |U|^2 / channels))

    over the 3x3 positions N(p). A flat sky has less than 1, what stands out has 1.

    Args:
        maps: `(1, rows, columns, channels)`.
        weights: See `spread`.

    Returns:
        float32 `(1, rows, columns, 1)`, in [0, 1].
    """
    return salience_of(standardise(tf.cast(maps, tf.float32), weights))


def salience_of(standard: tf.Tensor) -> tf.Tensor:
    """The same of standardised features, float32, of an image or of a part of it: there, not at the edges."""
    energy = tf.reduce_mean(tf.square(standard), -1, keepdims=True)
    return tf.minimum(1.0, tf.sqrt(tf.nn.avg_pool2d(framed(energy, 3), 3, 1, "VALID")))


def _grid(height: tf.Tensor, width: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Row and column of the places to look at, evenly spread: all if they are not too many."""
    area = tf.cast(height * width, tf.float32)
    step = tf.maximum(1, tf.cast(tf.math.ceil(tf.sqrt(area / MOST_PLACES)), tf.int32))
    rows, columns = (tf.range(tf.minimum(step // 2, length - 1), length, step) for length in (height, width))
    down, across = tf.meshgrid(rows, columns, indexing="ij")
    return tf.reshape(down, [-1]), tf.reshape(across, [-1])


def _within(weights: tf.Tensor, side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """As `_grid`, of the positions that have at least half of the largest weight, and their patches if any have."""
    heavy = tf.cast(weights >= tf.reduce_max(weights) / 2, tf.float32)
    least = -tf.nn.max_pool2d(-heavy, side, 1, "SAME")
    found = tf.cast(tf.where(tf.where(tf.reduce_any(least > 0), least, heavy)[0, :, :, 0] > 0), tf.int32)
    step = tf.maximum(1, -(-tf.shape(found)[0] // MOST_PLACES))
    return found[::step, 0], found[::step, 1]


def looked_at(size: tf.Tensor, weights: tf.Tensor | None, side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Row and column of the places of an image that others are compared with.

    Args:
        size: Rows and columns of its maps, `(2,)`.
        weights: See `places_of`.
        side: Likewise.
    """
    return _grid(*tf.unstack(size)) if weights is None else _within(weights, side)


def patches_of(maps: tf.Tensor, side: int) -> tf.Tensor:
    """The patch at each position of one image, `(rows, columns, n)`."""
    if side == 1:
        return maps[0]
    sizes, ones = [1, side, side, 1], [1, 1, 1, 1]
    return tf.image.extract_patches(framed(maps, side), sizes, ones, ones, "VALID")[0]


def patches_at(maps: tf.Tensor, down: tf.Tensor, across: tf.Tensor, side: int) -> tf.Tensor:
    """The patches at some positions of one image, `(positions, n)`."""
    whole = framed(maps, side)
    width, channels = tf.shape(whole)[2], maps.shape[-1]
    rows, columns = (first[:, None] + tf.range(side) for first in (down, across))
    found = tf.gather(tf.reshape(whole, [-1, channels]), rows[:, :, None] * width + columns[:, None])
    return tf.reshape(found, [-1, side * side * channels])


class Sample(NamedTuple):
    """What is to be known of an image, so that others can be compared with it.

    Attributes:
        mean: Of its features, `(channels,)`.
        scale: The inverse of their deviation, likewise.
        scatter: The sum over all positions of the products of standardised features, `(channels, channels)`.
        patches: Of its features, edges repeated, `(places, n)`.
    """

    mean: tf.Tensor
    scale: tf.Tensor
    scatter: tf.Tensor
    patches: tf.Tensor


def sample(maps: tf.Tensor, side: int, weights: tf.Tensor | None = None) -> Sample:
    """A sample of an image by its features `(1, rows, columns, channels)`; see `places_of`."""
    mean, scale = spread(maps, weights)
    standard = (maps - mean) * scale
    flat = tf.reshape(standard if weights is None else standard * tf.sqrt(weights), [-1, maps.shape[-1]])
    patches = patches_at(maps, *looked_at(tf.shape(maps)[1:3], weights, side), side)
    return Sample(mean[0, 0, 0], scale[0, 0, 0], tf.matmul(flat, flat, transpose_a=True), patches)


def scale_of_moments(mean: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """The inverse of the deviation, see `spread`, by raw moments `(channels,)` and `(channels, channels)`."""
    return _scale(mean, tf.maximum(tf.linalg.diag_part(second) - tf.square(mean), 0))


def sample_of_moments(mean: tf.Tensor, second: tf.Tensor, count: tf.Tensor | float, patches: tf.Tensor) -> Sample:
    """A sample of an image by its raw moments `(channels,)` and `(channels, channels)`.

    Args:
        count: Of its positions; 1 if they have weights.
        patches: At the places that `looked_at` chooses.
    """
    scale = scale_of_moments(mean, second)
    scatter = tf.cast(count, mean.dtype) * scale[:, None] * scale * (second - mean[:, None] * mean)
    return Sample(*(tf.cast(one, tf.float32) for one in (mean, scale, scatter)), patches)


class Places(NamedTuple):
    """Places of one or several images that others are compared with.

    Attributes:
        keys: What each place is like, of length 1, `(places, n)`.
        axes: The principal axes of standardised features that are compared, `(channels, axes)`.
        patches: The features at and around each place, edges repeated, `(places, n)`.
    """

    keys: tf.Tensor
    axes: tf.Tensor
    patches: tf.Tensor


def together(samples: Sequence[Sample]) -> Places:
    """The places of some images."""
    channels = samples[0].mean.shape[-1]
    axes = tf.eye(channels)
    if channels > AXES:
        axes = principal_axes(tf.add_n([one.scatter for one in samples]), AXES)
    keys = []
    for one in samples:
        standard = (tf.reshape(one.patches, [-1, channels]) - one.mean) * one.scale
        seen = one.patches.shape[-1] // channels * axes.shape[-1]
        keys.append(unit(tf.reshape(tf.matmul(standard, axes), [-1, seen])))
    return Places(tf.concat(keys, 0), axes, tf.concat([one.patches for one in samples], 0))


def places_of(images: Sequence[tf.Tensor], side: int, weights: Weights = ()) -> Places:
    """The places of images that others can be compared with; at most 4096 of each.

    Args:
        images: Feature maps of each, `(1, rows, columns, channels)`, of any sizes.
        side: Side of the patches that are compared, odd.
        weights: Of the positions of each, see `spread`: a place is where a weight is at least half of the largest.
    """
    weights = weights or [None] * len(images)
    return together([sample(maps, side, own) for maps, own in zip(images, weights, strict=True)])
