"""Optimal transport between Gaussians of features: the closed form of what the Wasserstein style loss minimises.

The linear map that carries N(m, C) to N(m0, C0) at the least mean squared distance is (Dowson and Landau 1982)

    f -> m0 + T (f - m),    T = C^-1/2 (C^1/2 C0 C^1/2)^1/2 C^-1/2

and the mean squared distance it moves features by is just the squared 2-Wasserstein distance of `WassersteinStyle`.
"""

from typing import NamedTuple

import tensorflow as tf

from nst_tf.objectives.moments import flatten_positions
from nst_tf.objectives.spectrum import at_least, orthogonal_factor, root_and_inverse, trace
from nst_tf.operators import only_common

__all__ = ["Moments", "Way", "monge_map", "transport", "way"]

# What eigenvalues of C count as at least: directions with less spread are not stretched to all of the style's.
LEAST = 1e-5  # of their mean
ROUNDING = 1e-6  # of the mean square of the features: what rounding, to bfloat16 at worst, leaves in a covariance
FLOOR = 1e-15  # of the sum of the mean squares: more than what float64 may leave below 0
TINY = 1e-12

Moments = tuple[tf.Tensor, tf.Tensor]


def _covariance(moments: Moments) -> tf.Tensor:
    mean, second = (tf.cast(moment, tf.float64) for moment in moments)
    return second - mean[:, :, None] * mean[:, None, :]


def _spectrum(matrix: tf.Tensor, least: tf.Tensor | float) -> tuple[tf.Tensor, tf.Tensor]:
    """The eigenvalues of symmetric matrices, no less than `least`, `(batch, 1, n)`; eigenvectors, as columns."""
    values, vectors = tf.linalg.eigh(matrix)
    return tf.maximum(values, least)[:, None], vectors


def monge_map(moments: Moments, target: Moments) -> tf.Tensor:
    """The matrix T for each image of a batch, computed in float64.

    C and C0 may have any rank: a style of one colour gives 0.

    Args:
        moments: Raw moments of what is to be moved, `(batch, n)` and `(batch, n, n)`; see `raw_moments`.
        target: Those of where it is to be moved, of as many images or of one.

    Returns:
        `(batch, n, n)`, symmetric, float64.
    """
    covariance = _covariance(moments)
    channels = covariance.shape[-1]
    rounding = ROUNDING * trace(tf.cast(moments[1], tf.float64))
    least = (LEAST * trace(covariance) + rounding) / channels + TINY
    if only_common():
        return _map_by_products(at_least(covariance, least), target)
    # With any R for which C = R R^t, T = R^-t (R^t C0 R)^1/2 R^-1. That of eigenvectors takes the fewest products.
    values, vectors = _spectrum(covariance, least[:, None])
    root, inverse = vectors * values**0.5, vectors * values**-0.5
    middle = tf.matmul(root, tf.matmul(_covariance(target), root), transpose_a=True)
    values, vectors = _spectrum(middle, 0.0)
    legs = tf.matmul(inverse, vectors)
    return tf.matmul(legs * values**0.5, legs, transpose_b=True)


def _map_by_products(covariance: tf.Tensor, target: Moments) -> tf.Tensor:
    """The same, of a C that is large enough, without eigenvectors.

    With A = C0^1/2 C^1/2 = U |A|, T = C^-1/2 |A| C^-1/2 = C^-1/2 U^t C0^1/2. Singular values of A can be told from 0
    where their squares, the eigenvalues of A^t A, cannot.
    """
    root, inverse = root_and_inverse(covariance)
    floor = FLOOR * trace(tf.cast(target[1], tf.float64))[:, None, None] + TINY
    target_root, _ = root_and_inverse(_covariance(target) + floor * tf.eye(root.shape[-1], dtype=root.dtype))
    factor = orthogonal_factor(tf.matmul(target_root, root))
    return tf.matmul(inverse, tf.matmul(factor, target_root, transpose_a=True))


class Way(NamedTuple):
    """Where features are moved: f -> f matrix + offset.

    Attributes:
        matrix: `(batch, n, n)`, symmetric, float64.
        offset: `(batch, n)`, likewise.
    """

    matrix: tf.Tensor
    offset: tf.Tensor

    def carry(self, features: tf.Tensor) -> tf.Tensor:
        """Features `(batch, rows, columns, n)`, of the same type where they are moved. Gradients see a fixed map."""
        matrix, offset = (tf.stop_gradient(tf.cast(one, features.dtype)) for one in self)
        moved = tf.matmul(flatten_positions(features), matrix) + offset[:, None]
        return tf.reshape(moved, tf.shape(features))


def way(moments: Moments, target: Moments, strength: tf.Tensor) -> Way:
    """The straight line to where the map carries features, as far as one wants to go.

    Args:
        moments: Raw moments of the features, `(batch, n)` and `(batch, n, n)`, or those of images like them.
        target: Raw moments of the style, of as many images or of one.
        strength: How far, `(batch,)`: 0 leaves the features as they are, at 1 they have the style's moments.
    """
    far = tf.cast(strength, tf.float64)[:, None]
    mean, target_mean = (tf.cast(one[0], tf.float64) for one in (moments, target))
    # A part of the way is linear in the features as well: one matrix, one offset.
    whole = far[:, :, None] * monge_map(moments, target)
    matrix = whole + (1 - far[:, :, None]) * tf.eye(mean.shape[-1], dtype=tf.float64)
    return Way(matrix, (1 - far) * mean + far * target_mean - tf.linalg.matvec(matrix, mean))


def transport(features: tf.Tensor, moments: Moments, target: Moments, strength: tf.Tensor) -> tf.Tensor:
    """Moves features `(batch, rows, columns, n)` along `way`."""
    return way(moments, target, strength).carry(features)
