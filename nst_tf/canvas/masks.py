"""Masks: where on an image something holds, float32 `(1, height, width, 1)` in [0, 1].

Guided style transfer of Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer" (arXiv
1611.07865, section 4): a guide T of a layer has a value for each of its positions, and statistics are taken with the
weights T_p^2 / sum T^2.
"""

import tensorflow as tf

__all__ = ["VISIBLE", "composite", "guide", "mask_at", "weights_of", "window_around"]

VISIBLE = 1 / 255  # a mask that is nowhere above says nothing
ENOUGH = 0.25  # of a mask that must be left for the units that see nothing but it to stand for all of it
WHOLE = 1 - 1e-4  # from here on, nothing of what lies beneath is left
TINY = 1e-12


def mask_at(mask: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """A mask brought to another size: the mean of what falls on each pixel where it shrinks; as it is at its own size.

    Args:
        mask: `(1, rows, columns, 1)` in [0, 1].
        size: Height and width, `(2,)`.
    """
    return tf.clip_by_value(tf.image.resize(mask, size, "bilinear", antialias=True), 0, 1)


def _eroded(mask: tf.Tensor, side: int) -> tf.Tensor:
    """The least value in the square of this side around each pixel; what is beyond the image does not count."""
    for window in ([side, 1], [1, side]):
        mask = -tf.nn.max_pool2d(-mask, window, 1, "SAME")
    return mask


def guide(mask: tf.Tensor, size: tf.Tensor, reach: int) -> tf.Tensor:
    """T: a mask as a layer sees it.

    That is where its units see nothing but the mask, so that no colour leaks from without. Where hardly any do, since
    the mask is smaller than what they see, it is how much of the mask lies at their places.

    Args:
        mask: `(1, height, width, 1)` in [0, 1], of the size of the image that the layer is measured on.
        size: Rows and columns of the layer's maps, `(2,)`.
        reach: The side in pixels of the square that a unit sees; 0 if it is not known.

    Returns:
        `(1, rows, columns, 1)` in [0, 1].
    """
    all_of_it = mask_at(mask, size)
    if not reach:
        return all_of_it
    inside = tf.image.resize(_eroded(mask, reach), size, "nearest")
    enough = tf.reduce_sum(inside) >= ENOUGH * tf.reduce_sum(all_of_it)
    return tf.where(enough, inside, all_of_it)


def weights_of(guide: tf.Tensor) -> tf.Tensor:
    """The weight of each position, T^2 / sum T^2: `(1, rows, columns, 1)`, 1 in all."""
    squares = tf.square(guide)
    return squares / (tf.reduce_sum(squares, [1, 2], keepdims=True) + TINY)


def window_around(mask: tf.Tensor, margin: int, step: int) -> tf.Tensor:
    """The rectangle around all that a mask shows, int32 `(4,)`: top, left, and exclusive bottom and right.

    Args:
        mask: `(1, height, width, 1)` in [0, 1], not black everywhere.
        margin: In pixels, on each side, where the image has as many.
        step: Of which its sides are multiples, but where the image ends.
    """
    shown = mask[0, :, :, 0] >= tf.minimum(VISIBLE, tf.reduce_max(mask))
    lines = [tf.cast(tf.where(tf.reduce_any(shown, axis)), tf.int32) for axis in (1, 0)]
    first, end = (tf.stack([line[at, 0] for line in lines]) for at in (0, -1))
    first, end = first - margin, end + 1 + margin
    first, end = tf.maximum(first, 0) // step * step, -(-end // step) * step
    return tf.concat([first, tf.minimum(end, tf.shape(shown))], 0)


def composite(mask: tf.Tensor, over: tf.Tensor, under: tf.Tensor) -> tf.Tensor:
    """One image over another: what is over where the mask is 1, what is under, to the bit, where it is 0.

    Args:
        mask: `(1, height, width, 1)` in [0, 1].
        over: `(1, height, width, 3)`.
        under: Likewise.
    """
    return tf.where(mask >= WHOLE, over, under + mask * (over - under))
