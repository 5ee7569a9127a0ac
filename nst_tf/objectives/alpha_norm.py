"""The alpha-norm, which keeps pixels within a range: the prior R_alpha of Mahendran and Vedaldi (arXiv 1412.0035).

    L = mean over pixels and channels of |x - m|^alpha

with the mean colour m of natural images. The larger alpha, the more it is a wall at a distance of 1 from m, and nothing
before it.
"""

import tensorflow as tf

from nst_tf.imagenet import MEAN
from nst_tf.objectives.objective import Objective

__all__ = ["AlphaNorm"]


class AlphaNorm(Objective):
    """Mean of a power of the pixels' distance from the mean colour of natural images.

    Attributes:
        alpha: The power, 2 or more; 6 in the paper.
    """

    alpha: float = 6.0

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        distance = tf.abs(image - tf.constant(MEAN, image.dtype))
        return tf.reduce_mean(distance**self.alpha, axis=(1, 2, 3))
