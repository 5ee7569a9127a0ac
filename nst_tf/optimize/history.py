"""The memory of L-BFGS and its recursion (Nocedal 1980, "Updating quasi-Newton matrices with limited storage").

Every image of a batch has a memory of its own. It is a ring: the pair stored n-th lies in slot n modulo its length.
"""

from typing import NamedTuple

import tensorflow as tf

__all__ = ["History", "dot", "empty_history", "newton_direction", "remember", "spread"]

LEAST_COSINE = 1e-6  # of the angle between s and y; a pair nearer to a right angle tells nothing of the curvature


class History(NamedTuple):
    """The last pairs s = x' - x and y = g' - g of each image."""

    changes: tf.Tensor  # (length, batch, height, width, 3), the s
    bends: tf.Tensor  # (length, batch, height, width, 3), the y
    stored: tf.Tensor  # (batch,), int32: how many pairs since the history was emptied


def dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The inner product of each image of two batches, `(batch,)`."""
    return tf.reduce_sum(a * b, axis=(1, 2, 3))


def spread(per_image: tf.Tensor) -> tf.Tensor:
    """One number for each image, `(batch,)`, as `(batch, 1, 1, 1)`."""
    return per_image[:, None, None, None]


def empty_history(image: tf.Tensor, length: int) -> History:
    """No pairs yet, room for `length`, for images `(batch, height, width, 3)`."""
    memory = tf.zeros(tf.concat([[length], tf.shape(image)], 0), image.dtype)
    return History(memory, memory, tf.zeros(tf.shape(image)[:1], tf.int32))


def _slot(history: History, age: int) -> tf.Tensor:
    length, batch = history.changes.shape[0], tf.shape(history.stored)[0]
    return tf.stack([(history.stored - 1 - age) % length, tf.range(batch)], axis=1)


def _replace(memory: tf.Tensor, slot: tf.Tensor, keep: tf.Tensor, new: tf.Tensor) -> tf.Tensor:
    return tf.tensor_scatter_nd_update(memory, slot, tf.where(spread(keep), new, tf.gather_nd(memory, slot)))


def remember(history: History, change: tf.Tensor, bend: tf.Tensor, where: tf.Tensor) -> History:
    """Stores a pair of each image for which `where`, `(batch,)`, holds and the curvature s^T y is clearly positive."""
    curvature = dot(change, bend)
    keep = where & (curvature > LEAST_COSINE * tf.sqrt(dot(change, change) * dot(bend, bend)))
    slot = _slot(history, age=-1)
    changes = _replace(history.changes, slot, keep, change)
    bends = _replace(history.bends, slot, keep, bend)
    return History(changes, bends, history.stored + tf.cast(keep, tf.int32))


def _pair(history: History, age: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    slot = _slot(history, age)
    change, bend = tf.gather_nd(history.changes, slot), tf.gather_nd(history.bends, slot)
    curvature = tf.where(age < history.stored, dot(change, bend), 0)
    return change, bend, tf.math.reciprocal_no_nan(curvature)


def newton_direction(history: History, gradient: tf.Tensor) -> tf.Tensor:
    """-H g with the inverse Hessian H that the history stands for; 0 for an image without any pair."""
    pairs = [_pair(history, age) for age in range(history.changes.shape[0])]
    shares, q = [], gradient
    for change, bend, inverse in pairs:
        shares.append(inverse * dot(change, q))
        q = q - spread(shares[-1]) * bend
    _, newest, inverse = pairs[0]
    q = q * spread(tf.math.divide_no_nan(tf.ones_like(inverse), inverse * dot(newest, newest)))
    for (change, bend, inverse), share in zip(reversed(pairs), reversed(shares), strict=True):
        q = q + spread(share - inverse * dot(bend, q)) * change
    return -q
