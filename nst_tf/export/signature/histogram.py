"""Histogram matching in a graph, as `nst_tf.images.match_histogram` does it."""

import tensorflow as tf

__all__ = ["match_histogram"]


def match_histogram(pixels: tf.Tensor, source: tf.Tensor) -> tf.Tensor:
    """A picture with the histogram of another in each channel: the k-th smallest value becomes its k-th.

    Args:
        pixels: `(height, width, 3)`.
        source: `(rows, columns, 3)` in [0, 1].
    """
    channels = [_matched(pixels[..., channel], source[..., channel]) for channel in range(3)]
    return tf.stack(channels, -1)


def _matched(pixels: tf.Tensor, source: tf.Tensor) -> tf.Tensor:
    values, order = tf.sort(tf.reshape(source, [-1])), tf.argsort(tf.reshape(pixels, [-1]), stable=True)
    count, most = tf.cast(tf.size(values), tf.float64), tf.size(values) - 1
    quantiles = (tf.cast(tf.range(tf.size(order)), tf.float64) + 0.5) / tf.cast(tf.size(order), tf.float64)
    places = tf.clip_by_value(quantiles * count - 0.5, 0, tf.cast(most, tf.float64))
    below = tf.cast(tf.floor(places), tf.int32)
    low, high = (tf.gather(values, at) for at in (below, tf.minimum(below + 1, most)))
    matched = low + tf.cast(places - tf.floor(places), tf.float32) * (high - low)
    return tf.reshape(tf.scatter_nd(order[:, None], matched, [tf.size(order)]), tf.shape(pixels))
