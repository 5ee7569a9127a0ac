"""The first two raw moments of a feature map over its positions: all that the style losses know of an image.

    mean = 1/M sum_p f_p,    second = 1/M sum_p f_p f_p^T          (M positions, f_p in R^N)

Raw moments of several images blend linearly, since a mixture of their positions has just the mixture of their moments.
Covariances do not: the mixture's covariance also holds the spread of the means.
"""

from collections.abc import Sequence

import tensorflow as tf

from nst_tf.objectives.part import WHOLE, Part

__all__ = ["blend_moments", "exact_moments", "flatten_positions", "moments_of_part", "raw_moments"]


def flatten_positions(features: tf.Tensor) -> tf.Tensor:
    """Feature maps `(batch, rows, columns, channels)` as `(batch, positions, channels)`."""
    batch, channels = tf.shape(features)[0], features.shape[-1]
    return tf.reshape(features, [batch, -1, channels])


def raw_moments(features: tf.Tensor, weights: tf.Tensor | None = None) -> tuple[tf.Tensor, tf.Tensor]:
    """The mean and the second moment of each feature map of a batch.

    The gradient is written out, since it is one matrix product; taken apart by automatic differentiation, it costs
    half a dozen more passes over the largest tensors of the network.

    Args:
        features: `(batch, rows, columns, channels)`.
        weights: Of the positions, `(1, rows, columns, 1)`, 1 in all; without them, all count alike.

    Returns:
        `mean`, `(batch, channels)`, and `second`, `(batch, channels, channels)`.
    """
    return _moments(features) if weights is None else _weighted_moments(features, weights)


def moments_of_part(
    layer: str, features: tf.Tensor, weights: tf.Tensor | None, part: Part = WHOLE
) -> tuple[tf.Tensor, tf.Tensor]:
    """What a part of an image adds to its raw moments.

    Args:
        layer: Name of the layer.
        features: Its maps of the pixels that are looked at, `(batch, rows, columns, channels)`.
        weights: Of the positions of the whole image, see `raw_moments`.
        part: Which of them count.
    """
    features = part.cut(layer, features)
    if weights is not None:
        return raw_moments(features, part.of(layer, weights))
    mean, second = raw_moments(features)
    return part.shared(layer, mean), part.shared(layer, second)


def exact_moments(
    layer: str, features: tf.Tensor, weights: tf.Tensor | None = None, part: Part = WHOLE
) -> tuple[tf.Tensor, tf.Tensor]:
    """As `moments_of_part`, in float64, of features of any type.

    Where features are moved to a style, roots of covariances are taken: what float32 rounds, 1e-7 of a variance, would
    be 3e-4 of a deviation. On coarse maps, with fewer positions than channels, it would decide how pictures look.
    """
    return moments_of_part(layer, tf.cast(features, tf.float64), weights, part)


@tf.custom_gradient
def _weighted_moments(features, weights):
    flat, weights = flatten_positions(features), tf.cast(flatten_positions(weights), features.dtype)
    weighted = flat * weights
    mean, second = tf.reduce_sum(weighted, 1), tf.matmul(weighted, flat, transpose_a=True)

    def gradient(d_mean, d_second):
        symmetric = d_second + tf.linalg.matrix_transpose(d_second)
        return tf.reshape(weights * (tf.matmul(flat, symmetric) + d_mean[:, None]), tf.shape(features)), None

    return (mean, second), gradient


@tf.custom_gradient
def _moments(features):
    flat = flatten_positions(features)
    count = tf.cast(tf.shape(flat)[1], flat.dtype)
    average = tf.fill([tf.shape(flat)[0], 1, tf.shape(flat)[1]], 1 / count)
    mean = tf.squeeze(tf.matmul(average, flat), 1)  # three times as fast as a reduction
    second = tf.matmul(flat, flat, transpose_a=True) / count

    def gradient(d_mean, d_second):
        symmetric = (d_second + tf.linalg.matrix_transpose(d_second)) / count
        return tf.reshape(tf.matmul(flat, symmetric) + d_mean[:, None] / count, tf.shape(features))

    return (mean, second), gradient


def blend_moments(
    moments: Sequence[tuple[tf.Tensor, tf.Tensor]], weights: Sequence[float | tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The raw moments of a mixture.

    Args:
        moments: `(mean, second)` of each part, `(channels,)` and `(channels, channels)`.
        weights: The share of each part, numbers not negative, with a positive sum; only their ratios matter.

    Returns:
        `(mean, second)` of the mixture in float64.
    """
    shares = tf.stack([tf.cast(weight, tf.float64) for weight in weights])
    shares /= tf.reduce_sum(shares)
    means, seconds = ([tf.cast(part, tf.float64) for part in parts] for parts in zip(*moments, strict=True))
    return tf.tensordot(shares, tf.stack(means), 1), tf.tensordot(shares, tf.stack(seconds), 1)
