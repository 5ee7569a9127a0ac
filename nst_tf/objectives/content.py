"""Content: an image keeps the features of another at the same places.

    L = mean((F - P)^2)

The sum 1/2 sum((F - P)^2) of Gatys, Ecker and Bethge (arXiv 1508.06576, eq. 1) grows with the size of the image; it is
`features.size / 2` times this mean.
"""

import tensorflow as tf

from nst_tf.objectives.objective import Objective
from nst_tf.objectives.part import Part

__all__ = ["Content"]


class Content(Objective):
    """Mean squared difference of the features of one layer from a target.

    Attributes:
        layer: Name of the layer.
        target: The features to keep, `(1 or batch, rows, columns, channels)`; of half precision, if memory asks for it.
    """

    layer: str
    target: tf.Tensor

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> tf.Tensor:
        found = part.cut(self.layer, features[self.layer])
        target = tf.cast(part.of(self.layer, self.target), found.dtype)
        return part.shared(self.layer, tf.reduce_mean(tf.math.squared_difference(found, target), axis=(1, 2, 3)))

    def of_sums(self, sums: tf.Tensor) -> tf.Tensor:
        return sums
