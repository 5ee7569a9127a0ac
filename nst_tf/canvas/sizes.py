"""Sizes in tensors: of canvases on their way from coarse to fine, and of the images measured for them.

A size is a height and a width, int32 `(2,)`. All is computed in float64, in a graph and out of it with one result.
"""

import tensorflow as tf

__all__ = ["fit", "fit_shortest", "longest_made", "longest_shown", "measured_size", "scale_sizes", "scale_steps"]

SIZE = tf.TensorSpec([2], tf.int32)
PREVIEW, FINEST = 192, 256  # pixels: longest side of a preview, and of the finest scale that it is made on


def _floats(*values) -> list[tf.Tensor]:
    return [tf.cast(value, tf.float64) for value in values]


def _ends(own: tf.Tensor) -> list[tf.Tensor]:
    """The shorter and the longer side."""
    return _floats(tf.reduce_min(own), tf.reduce_max(own))


def fit(own: tf.Tensor, longest: tf.Tensor | int) -> tf.Tensor:
    """The size of the same aspect ratio whose longer side is `longest`, as `nst_tf.images.fit` has it.

    Args:
        own: Height and width, `(2,)`.
        longest: A whole number.
    """
    sides, longest = _floats(own, longest)
    return tf.maximum(1, tf.cast(sides * (longest / tf.reduce_max(sides)) + 0.5, tf.int32))


def fit_shortest(own: tf.Tensor, shortest: tf.Tensor | int) -> tf.Tensor:
    """The size of the same aspect ratio whose shorter side is `shortest`; else as `fit`."""
    sides, shortest = _floats(own, shortest)
    return tf.maximum(1, tf.cast(tf.round(sides * tf.reduce_max(shortest / sides)), tf.int32))


def measured_size(own: tf.Tensor, longest: tf.Tensor | float, least: int) -> tf.Tensor:
    """The size in which an image is measured: the one rule for styles, sources and textures.

    Args:
        own: Height and width of the image, `(2,)`.
        longest: What its longer side is to be, as a number that need not be whole.
        least: The smallest height and width that the network takes: no side is shorter, however thin the image.
    """
    (short, long), (wanted, least) = _ends(own), _floats(longest, least)
    return fit(own, tf.maximum(tf.round(wanted), tf.math.ceil(least * long / short)))


def longest_made(own: tf.Tensor, size: tf.Tensor | int, preview: tf.Tensor | bool, least: int) -> tf.Tensor:
    """The longest side in pixels up to which a picture is made.

    Args:
        own: Height and width of the image, whose aspect ratio is kept.
        size: Longest side of the picture.
        preview: Whether it is made only as far as it takes to show a small one.
        least: The smallest height and width that the network takes: no side is shorter, however thin the image.
    """
    short, long = _ends(own)
    enough = tf.maximum(FINEST, tf.cast(tf.math.ceil(least * long / short), tf.int32))
    return tf.where(preview, tf.minimum(size, enough), size)


def longest_shown(size: tf.Tensor | int, preview: tf.Tensor | bool) -> tf.Tensor:
    """The longest side in pixels of a picture, or of its preview."""
    return tf.where(preview, tf.minimum(size, PREVIEW), size)


def scale_sizes(
    own: tf.Tensor,
    size: tf.Tensor | int,
    first_size: tf.Tensor | int,
    growth: float,
    least: int,
    longest: tf.Tensor | int | None = None,
) -> tf.Tensor:
    """The size of each scale, `(scales, 2)`, in even ratios from the coarsest to the result's.

    Args:
        own: Height and width of the image, whose aspect ratio is kept.
        size: Longest side of the last scale in pixels.
        first_size: Longest side of the first, if that is not above `size`.
        growth: The largest ratio of one scale to the one before.
        least: No side of the first scale is shorter than this (if the last scale's is not); it starts larger instead.
        longest: Scales with a longer side than this are left out.
    """
    (short, long), (last, first, growth, least) = _ends(own), _floats(size, first_size, growth, least)
    first = tf.minimum(last, tf.maximum(first, tf.math.ceil(least * long / short)))
    ratio = last / first
    count = tf.math.ceil(tf.round(tf.math.log(ratio) / tf.math.log(growth) * 1e6) / 1e6)
    shares = tf.range(count + 1) / tf.maximum(count, 1)
    sides = tf.round(first * ratio**shares)
    if longest is not None:
        sides = tf.boolean_mask(sides, sides <= tf.cast(longest, tf.float64))
    return tf.map_fn(lambda side: fit(own, side), sides, fn_output_signature=SIZE)


def scale_steps(steps: tf.Tensor | tuple[int, ...], scales: tf.Tensor | int) -> tf.Tensor:
    """Evaluations on each of so many scales, `(scales,)`; the last number holds for all scales after it."""
    steps = tf.convert_to_tensor(steps)
    return tf.gather(steps, tf.minimum(tf.range(scales), tf.size(steps) - 1))
