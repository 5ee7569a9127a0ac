"""Histogram matching, channel by channel, which gives a texture the colours of its source (Gatys, Ecker and Bethge,
arXiv 1505.07376, section 3).
"""

from collections.abc import Sequence

import tensorflow as tf

__all__ = ["match_histogram"]


def match_histogram(
    pixels: tf.Tensor,
    sources: Sequence[tf.Tensor],
    shares: Sequence[float],
    masks: Sequence[tf.Tensor | None] = (),
) -> tf.Tensor:
    """A picture with the histogram of others in each channel: the k-th smallest value becomes their k-th.

    Args:
        pixels: float32 `(height, width, 3)`.
        sources: One or more pictures `(height, width, 3)` of any sizes, whose histograms are blended.
        shares: The weight of each of them, not negative, with a positive sum.
        masks: What each pixel of each of them counts, `(1, height, width, 1)`; `None` where all count alike.

    Returns:
        float32 of the shape of `pixels`, with values between the least and the largest of the sources.
    """
    both = zip(sources, shares, masks or [None] * len(sources), strict=True)
    samples = [_sample(source, share, mask) for source, share, mask in both]
    values, weights = (tf.concat(parts, axis=0) for parts in zip(*samples, strict=True))
    channels = [_matched(pixels[..., channel], values[:, channel], weights) for channel in range(3)]
    return tf.stack(channels, -1)


def _sample(source: tf.Tensor, share: float, mask: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor]:
    """The values of a source, `(pixels, 3)`, and the weight of each, of those that have any."""
    values = tf.reshape(source, [-1, 3])
    if mask is None:
        count = tf.shape(values)[0]
        return values, tf.fill([count], tf.cast(share, tf.float64) / tf.cast(count, tf.float64))
    weights = tf.cast(tf.reshape(mask, [-1]), tf.float64)
    there = weights > 0
    return values[there], share * weights[there] / tf.reduce_sum(weights)


def _matched(pixels: tf.Tensor, values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Exchanges each pixel for the value at the same quantile of a weighted sample; both are taken at their middle."""
    order = tf.argsort(values, stable=True)
    sample, weights = tf.cast(tf.gather(values, order), tf.float64), tf.gather(weights, order)
    upto = tf.cumsum(weights)
    quantiles = (upto - weights / 2) / upto[-1]
    count = tf.size(pixels)
    ranks = (tf.cast(tf.range(count), tf.float64) + 0.5) / tf.cast(count, tf.float64)
    matched = tf.cast(_interpolated(ranks, quantiles, sample), tf.float32)
    places = tf.argsort(tf.reshape(pixels, [-1]), stable=True)
    return tf.reshape(tf.scatter_nd(places[:, None], matched, [count]), tf.shape(pixels))


def _interpolated(at: tf.Tensor, places: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The values between those at ascending places, linearly; constant beyond both ends."""
    most = tf.size(places) - 1
    above = tf.clip_by_value(tf.searchsorted(places, at, side="right"), 1, tf.maximum(most, 1))
    low, high = above - 1, tf.minimum(above, most)
    width = tf.gather(places, high) - tf.gather(places, low)
    slope = tf.math.divide_no_nan(tf.gather(values, high) - tf.gather(values, low), width)
    inside = tf.clip_by_value(at, places[0], places[-1]) - tf.gather(places, low)
    return slope * inside + tf.gather(values, low)
