"""Style as the 2-Wasserstein distance between Gaussians of the features.

With mean m and covariance C of the image's features over positions, m0 and C0 of the style's, N channels:

    L = 1/N |m - m0|^2 + 1/N (tr C + tr C0 - 2 tr (C0^1/2 C C0^1/2)^1/2)

the squared distance of Dowson and Landau (1982) per channel. 1e-4 is added to the diagonals of C and C0. Its gradient
is the optimal transport map: dL/dC = 1/N (1 - C0^1/2 (C0^1/2 C C0^1/2)^-1/2 C0^1/2).
"""

from typing import Optional

import tensorflow as tf

from nst_tf.objectives.matrix_root import square_root, trace_sqrt
from nst_tf.objectives.moments import flatten_positions, moments_of_part
from nst_tf.objectives.objective import Objective
from nst_tf.objectives.part import WHOLE, Part

__all__ = ["WassersteinStyle"]

RIDGE = 1e-4
ALWAYS = 256  # channels: of so few, matrices are small on any route, and nearly all pictures have more positions


def _centred(mean: tf.Tensor, second: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return mean, second - mean[:, :, None] * mean[:, None, :]


def _of_channels(covariance: tf.Tensor, root: tf.Tensor) -> tf.Tensor:
    ridge = RIDGE * tf.eye(tf.shape(root)[0], dtype=root.dtype)
    return tf.matmul(root, tf.matmul(covariance + ridge, root))


def _of_positions(maps: tf.Tensor, root: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    # With A the centred features times C0^1/2, C0^1/2 C C0^1/2 = A^T A / M, which has the eigenvalues of A A^T / M.
    flat = flatten_positions(maps)
    count = tf.shape(flat)[1]
    ridge = RIDGE * tf.eye(count, dtype=root.dtype)
    if weights is not None:
        weights = tf.cast(flatten_positions(weights), root.dtype)
        centred = flat - tf.reduce_sum(weights * flat, axis=1, keepdims=True)
        moved = tf.sqrt(weights) * tf.tensordot(centred, root, 1)
        return tf.matmul(moved, moved, transpose_b=True) + ridge
    centred = flat - tf.reduce_mean(flat, axis=1, keepdims=True)
    moved = tf.tensordot(centred, root, 1)
    return tf.matmul(moved, moved, transpose_b=True) / tf.cast(count, root.dtype) + ridge


def _product(maps: tf.Tensor, covariance: tf.Tensor, root: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    """C0^1/2 C C0^1/2, or the smaller matrix that has its eigenvalues."""
    routes = (lambda: _of_positions(maps, root, weights), lambda: _of_channels(covariance, root))
    count, channels = maps.shape[1:3].num_elements(), maps.shape[-1]
    if channels <= ALWAYS:
        return routes[1]()
    if count is None:
        return tf.cond(tf.reduce_prod(tf.shape(maps)[1:3]) < channels, *routes)
    # Not by a condition: the gradient of one keeps memory for the branch not taken, here positions by positions.
    return routes[0 if count < channels else 1]()


class WassersteinStyle(Objective):
    """Squared 2-Wasserstein distance between Gaussians of the features, per channel.

    Where an image has fewer positions than the layer has channels, and these are more than 256, the fidelity
    tr (...)^1/2 is taken from the positions, without the 1e-4 on the diagonal of C (but with it on the smaller matrix):
    this is cheaper by the cube of the ratio, and it raises the value by at most 0.02/N tr C0^1/2 or lowers it by at
    most 0.02 M/N (M positions). Both routes are as exact as `trace_sqrt`. By tiles, it is taken from the channels.

    Attributes:
        layer: Name of the layer.
        mean: m0, `(channels,)`.
        root: C0^1/2, `(channels, channels)`.
        trace: tr C0, a scalar.
        weights: Of the image's positions, see `raw_moments`; `None` where all count alike.
    """

    layer: str
    mean: tf.Tensor
    root: tf.Tensor
    trace: tf.Tensor
    weights: Optional[tf.Tensor] = None  # noqa: UP045, for extension types read annotations

    @classmethod
    def of_moments(
        cls, layer: str, mean: tf.Tensor, second: tf.Tensor, weights: tf.Tensor | None = None
    ) -> "WassersteinStyle":
        """The loss against a style of these raw moments; see `blend_moments`.

        Args:
            layer: Name of the layer.
            mean: `(channels,)`.
            second: `(channels, channels)`.
            weights: Of the positions of the images that are to be measured.
        """
        mean, second = tf.cast(mean, tf.float64), tf.cast(second, tf.float64)
        ridge = RIDGE * tf.eye(tf.size(mean), dtype=tf.float64)
        covariance = second - mean[:, None] * mean[None, :] + ridge
        values = mean, square_root(covariance), tf.linalg.trace(covariance)
        return cls(layer, *(tf.cast(value, tf.float32) for value in values), weights)

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        maps = features[self.layer]
        mean, covariance = _centred(*self.sums(features, image, WHOLE))
        product = _product(maps, covariance, tf.cast(self.root, maps.dtype), self.weights)
        return self._value(mean, covariance, product)

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> tuple[tf.Tensor, tf.Tensor]:
        return moments_of_part(self.layer, features[self.layer], self.weights, part)

    def of_sums(self, sums: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        mean, covariance = _centred(*sums)
        return self._value(mean, covariance, _of_channels(covariance, tf.cast(self.root, mean.dtype)))

    def _value(self, mean: tf.Tensor, covariance: tf.Tensor, product: tf.Tensor) -> tf.Tensor:
        fidelity = trace_sqrt(product)
        spread = tf.linalg.trace(covariance) + tf.cast(self.trace, mean.dtype) - 2 * fidelity
        shift = tf.reduce_mean(tf.math.squared_difference(mean, tf.cast(self.mean, mean.dtype)), axis=1)
        return shift + spread / mean.shape[-1] + RIDGE  # that of tr C
