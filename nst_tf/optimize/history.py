"""The memory of L-BFGS and its recursion (Nocedal 1980, "Updating quasi-Newton matrices with limited storage").

Every image of a batch has a memory of its own. It is a ring: the pair stored n-th lies in slot n modulo its length.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

__all__ = ["History", "dot", "empty_history", "low_pass", "newton_direction", "remember", "spread"]

Prior = Callable[[tf.Tensor], tf.Tensor]

LEAST_COSINE = 1e-6  # of the angle between s and y; a pair nearer to a right angle tells nothing of the curvature


class History(NamedTuple):
    """The last pairs s = x' - x and y = g' - g of each image; kept as narrow as memory asks, computed with as wide."""

    changes: tf.Tensor  # (length, batch, height, width, 3), the s
    bends: tf.Tensor  # (length, batch, height, width, 3), the y
    stored: tf.Tensor  # (batch,), int32: how many pairs since the history was emptied


def dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The inner product of each image of two batches, `(batch,)`."""
    return tf.reduce_sum(a * b, axis=(1, 2, 3))


def spread(per_image: tf.Tensor) -> tf.Tensor:
    """One number for each image, `(batch,)`, as `(batch, 1, 1, 1)`."""
    return per_image[:, None, None, None]


def empty_history(image: tf.Tensor, length: int, dtype: tf.DType | None = None) -> History:
    """No pairs yet, room for `length`, for images `(batch, height, width, 3)`; of their type by default."""
    memory = tf.zeros(tf.concat([[length], tf.shape(image)], 0), dtype or image.dtype)
    return History(memory, memory, tf.zeros(tf.shape(image)[:1], tf.int32))


def _slot(history: History, age: tf.Tensor | int) -> tf.Tensor:
    length, batch = history.changes.shape[0], tf.shape(history.stored)[0]
    return tf.stack([(history.stored - 1 - age) % length, tf.range(batch)], axis=1)


def _replace(memory: tf.Tensor, slot: tf.Tensor, keep: tf.Tensor, new: tf.Tensor) -> tf.Tensor:
    return tf.tensor_scatter_nd_update(memory, slot, tf.where(spread(keep), new, tf.gather_nd(memory, slot)))


def remember(history: History, change: tf.Tensor, bend: tf.Tensor, where: tf.Tensor) -> History:
    """Stores a pair of each image for which `where`, `(batch,)`, holds and the curvature s^T y is clearly positive."""
    narrow = [tf.cast(one, history.changes.dtype) for one in (change, bend)]
    change, bend = (tf.cast(one, change.dtype) for one in narrow)
    curvature = dot(change, bend)
    keep = where & (curvature > LEAST_COSINE * tf.sqrt(dot(change, change) * dot(bend, bend)))
    slot = _slot(history, age=-1)
    changes, bends = (
        _replace(memory, slot, keep, one) for memory, one in zip((history.changes, history.bends), narrow, strict=True)
    )
    return History(changes, bends, history.stored + tf.cast(keep, tf.int32))


def _recalled(memory: tf.Tensor, history: History, age: tf.Tensor | int, dtype: tf.DType) -> tf.Tensor:
    """The images of this age of one of the memories of a history."""
    return tf.cast(tf.gather_nd(memory, _slot(history, age)), dtype)


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
    length, dtype = history.changes.shape[0], gradient.dtype

    # Loops, so that copies of all pairs are not in memory at a time, and no more pairs are read than there are; in them
    # one thing after the other, so that hardly more than one pair is. Of two factors, one is masked.
    def back(age, q, shares, inverses):
        bend = free * _recalled(history.bends, history, age, dtype)
        change = _recalled(history.changes, history, age, dtype)
        inverse = _inverse(history, age, dot(change, bend))
        with tf.control_dependencies([inverse]):
            share = inverse * dot(change, q)
        return age + 1, q - spread(share) * bend, shares.write(age, share), inverses.write(age, inverse)

    def forth(age, q):
        bend = _recalled(history.bends, history, age, dtype)
        share = shares.read(age) - inverses.read(age) * dot(bend, q)
        with tf.control_dependencies([share]):
            change = _recalled(history.changes, history, age, dtype)
        return age - 1, q + spread(share) * (free * change)

    scale = _scale(history, free, prior)
    with tf.control_dependencies([scale]):
        count = tf.minimum(tf.reduce_max(history.stored), length)
    shares, inverses = (
        tf.TensorArray(dtype, length, element_shape=gradient.shape[:1], clear_after_read=False) for _ in range(2)
    )
    start = tf.constant(0), gradient, shares, inverses
    _, q, shares, inverses = tf.while_loop(lambda age, *_: age < count, back, start, parallel_iterations=1)
    q = spread(scale) * free * prior(q)
    return -tf.while_loop(lambda age, _: age >= 0, forth, (count - 1, q), parallel_iterations=1)[1]


def _scale(history: History, free: tf.Tensor, prior: Prior) -> tf.Tensor:
    """What multiple of P H is: s^T y / y^T P(y) of the newest pair; 0 for an image without one."""
    bend = free * _recalled(history.bends, history, 0, free.dtype)
    inverse = _inverse(history, 0, dot(_recalled(history.changes, history, 0, free.dtype), bend))
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
