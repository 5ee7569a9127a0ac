"""The memory of L-BFGS and its recursion (Nocedal 1980, "Updating quasi-Newton matrices with limited storage").

Every image of a batch has a memory of its own.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

__all__ = ["History", "dot", "empty_history", "low_pass", "newton_direction", "remember", "spread"]

Pairs = tuple[tf.Tensor, ...]
Prior = Callable[[tf.Tensor], tf.Tensor]

LEAST_COSINE = 1e-6  # of the angle between s and y; a pair nearer to a right angle tells nothing of the curvature


class History(NamedTuple):
    """The last pairs s = x' - x and y = g' - g of each image; kept as narrow as memory asks, computed with as wide.

    Each pair is a tensor of its own: a new one is put before the others, and they are not copied for that.
    """

    pairs: tuple[tf.Tensor, ...]  # s and y, the newest first, each (2, batch, height, width, 3)
    stored: tf.Tensor  # (batch,), int32: how many pairs since the history was emptied


def dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The inner product of each image of two batches, `(batch,)`."""
    return tf.reduce_sum(a * b, axis=(1, 2, 3))


def spread(per_image: tf.Tensor) -> tf.Tensor:
    """One number for each image, `(batch,)`, as `(batch, 1, 1, 1)`."""
    return per_image[:, None, None, None]


def empty_history(image: tf.Tensor, length: int, dtype: tf.DType | None = None) -> History:
    """No pairs yet, room for `length`, for images `(batch, height, width, 3)`; of their type by default."""
    none = tf.zeros(tf.concat([[2], tf.shape(image)], 0), dtype or image.dtype)
    return History((none,) * length, tf.zeros(tf.shape(image)[:1], tf.int32))


def _with(pair: tf.Tensor, pairs: Pairs, keep: tf.Tensor) -> Pairs:
    """The pairs after a new one, for the images for which `keep` holds."""

    def all_of_them():
        return pair, *pairs[:-1]

    def some():
        return tuple(tf.where(spread(keep), *two) for two in zip(all_of_them(), pairs, strict=True))

    # Of one image there are all or none; not to copy them is what large pictures have the memory for.
    return tf.cond(tf.reduce_all(keep), all_of_them, (lambda: pairs) if keep.shape[0] == 1 else some)


def remember(history: History, change: tf.Tensor, bend: tf.Tensor, where: tf.Tensor) -> History:
    """Stores a pair of each image for which `where`, `(batch,)`, holds and the curvature s^T y is clearly positive."""
    pair = tf.stack([tf.cast(one, history.pairs[0].dtype) for one in (change, bend)])
    change, bend = _of(pair, change.dtype)
    curvature = dot(change, bend)
    keep = where & (curvature > LEAST_COSINE * tf.sqrt(dot(change, change) * dot(bend, bend)))
    return History(_with(pair, history.pairs, keep), history.stored + tf.cast(keep, tf.int32))


def _of(pair: tf.Tensor, dtype: tf.DType) -> list[tf.Tensor]:
    """s and y of a pair, to compute with."""
    return [tf.cast(one, dtype) for one in tf.unstack(pair)]


def _inverse(history: History, age: tf.Tensor | int, curvature: tf.Tensor) -> tf.Tensor:
    """1 / s^T y of the pair of this age; 0 for none, and for one that tells nothing of the free pixels."""
    known = (age < history.stored) & (curvature > 0)
    return tf.math.reciprocal_no_nan(tf.where(known, curvature, 0))


def newton_direction(history: History, gradient: tf.Tensor, free: tf.Tensor, prior: Prior) -> tf.Tensor:
    """-H g with the inverse Hessian H that the history stands for; 0 for an image without any usable pair.

    Args:
        history: Of the images.
        gradient: g, `(batch, height, width, 3)`, 0 where pixels are held.
        free: 1 where a pixel may move and 0 where it is held, like `gradient`. Pairs count as far as they are of free
            pixels: what held ones would do is not to be compensated.
        prior: P, a symmetric positive map of images that H is a multiple of before the pairs are taken into account:
            s^T y / y^T P(y) of it, by the newest pair.
    """
    length, dtype = len(history.pairs), gradient.dtype

    # Loops, so that copies of all pairs are not in memory at a time, and no more pairs are read than there are; in them
    # one thing after the other, so that hardly more than one pair is. Of two factors, one is masked. The pairs go
    # round: the one whose turn it is goes from the front to the end, and on the way back from the end to the front.
    def back(age, q, pairs, shares, inverses):
        pair, *further = pairs
        change, bend = _of(pair, dtype)
        bend = free * bend
        inverse = _inverse(history, age, dot(change, bend))
        with tf.control_dependencies([inverse]):
            share = inverse * dot(change, q)
        shares, inverses = shares.write(age, share), inverses.write(age, inverse)
        return age + 1, q - spread(share) * bend, (*further, pair), shares, inverses

    def forth(age, q, pairs):
        *further, pair = pairs
        change, bend = tf.unstack(pair)
        share = shares.read(age) - inverses.read(age) * dot(tf.cast(bend, dtype), q)
        with tf.control_dependencies([share]):
            change = tf.cast(change, dtype)
        return age - 1, q + spread(share) * (free * change), (pair, *further)

    scale = _scale(history, free, prior)
    with tf.control_dependencies([scale]):
        count = tf.minimum(tf.reduce_max(history.stored), length)
    shares, inverses = (
        tf.TensorArray(dtype, length, element_shape=gradient.shape[:1], clear_after_read=False) for _ in range(2)
    )
    start = tf.constant(0), gradient, history.pairs, shares, inverses
    _, q, pairs, shares, inverses = tf.while_loop(lambda age, *_: age < count, back, start, parallel_iterations=1)
    q = spread(scale) * free * prior(q)
    return -tf.while_loop(lambda age, *_: age >= 0, forth, (count - 1, q, pairs), parallel_iterations=1)[1]


def _scale(history: History, free: tf.Tensor, prior: Prior) -> tf.Tensor:
    """What multiple of P H is: s^T y / y^T P(y) of the newest pair; 0 for an image without one."""
    change, bend = _of(history.pairs[0], free.dtype)
    bend = free * bend
    inverse = _inverse(history, 0, dot(change, bend))
    return tf.math.divide_no_nan(tf.ones_like(inverse), inverse * dot(bend, prior(bend)))


def low_pass(images: tf.Tensor, falloff: float) -> tf.Tensor:
    """Weighs the waves of images by max(|k|, 1 / longest side)^-falloff, |k| their cycles a pixel.

    Args:
        images: `(batch, height, width, channels)`.
        falloff: 0 leaves images as they are.
    """
    if not falloff:
        return images
    size = tf.shape(images)[1:3]
    height, width = (tf.cast(side, images.dtype) for side in tf.unstack(size))
    down = tf.range(height) / height
    across = tf.range(tf.floor(width / 2) + 1) / width
    cycles = tf.sqrt(tf.square(tf.minimum(down, 1 - down))[:, None] + tf.square(across))
    weights = tf.maximum(cycles, 1 / tf.maximum(height, width)) ** -falloff

    def weighed(plane):
        waves = tf.signal.rfft2d(plane)
        return tf.signal.irfft2d(waves * tf.cast(weights, waves.dtype), size)

    # Plane by plane: the waves of all would take the memory of several large images.
    planes = tf.reshape(tf.transpose(images, [0, 3, 1, 2]), tf.concat([[-1], size], 0))
    planes = tf.map_fn(weighed, planes, parallel_iterations=1)
    channels = tf.reshape(planes, [-1, images.shape[-1], *tf.unstack(size)])
    return tf.ensure_shape(tf.transpose(channels, [0, 2, 3, 1]), images.shape)
