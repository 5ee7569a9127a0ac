"""Representation: an image has the features of another, as in Mahendran and Vedaldi (arXiv 1412.0035, eq. 2).

    L = |Phi(x) - Phi_0|^2 / |Phi_0|^2

0 is the representation itself, and 1 that of an image without any features; so errors of layers can be compared.
"""

import tensorflow as tf

from nst_tf.objectives.objective import Objective

__all__ = ["Representation"]


def _energy(features: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(features), axis=range(1, features.shape.rank))


class Representation(Objective):
    """Squared distance of a layer's features from a target, in units of the target's squared norm.

    Attributes:
        layer: Name of the layer; of feature maps, or dense.
        target: The features to have, of one image or of as many as are measured; not all 0.
    """

    layer: str
    target: tf.Tensor

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        return _energy(features[self.layer] - self.target) / _energy(self.target)
