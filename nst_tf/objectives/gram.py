"""The style loss of Gatys, Ecker and Bethge (arXiv 1508.06576, eq. 4).

With N filters, M positions, features F (N x M) and the Gram matrix G = F F^T of the image, A of the style:

    E = 1 / (4 N^2 M^2) sum_ij (G_ij - A_ij)^2

We divide each Gram matrix by the number of its own positions, E = 1 / (4 N^2) sum_ij (G_ij/M - A_ij/M')^2, which is the
paper's where both images have the same size and lets them differ.
"""

from typing import Optional

import tensorflow as tf

from nst_tf.objectives.moments import moments_of_part
from nst_tf.objectives.objective import Objective
from nst_tf.objectives.part import Part

__all__ = ["GramStyle"]


class GramStyle(Objective):
    """Squared difference of Gram matrices, normalised as in the paper.

    Attributes:
        layer: Name of the layer.
        second: The style's Gram matrix over its number of positions, `(channels, channels)`.
        weights: Of the image's positions, see `raw_moments`; `None` where all count alike.
    """

    layer: str
    second: tf.Tensor
    weights: Optional[tf.Tensor] = None  # noqa: UP045, for extension types read annotations

    @classmethod
    def of_moments(
        cls, layer: str, mean: tf.Tensor, second: tf.Tensor, weights: tf.Tensor | None = None
    ) -> "GramStyle":
        """The loss against a style of these raw moments; see `blend_moments`. The mean is not used."""
        del mean
        return cls(layer, tf.cast(second, tf.float32), weights)

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> tf.Tensor:
        return moments_of_part(self.layer, features[self.layer], self.weights, part)[1]

    def of_sums(self, sums: tf.Tensor) -> tf.Tensor:
        difference = tf.math.squared_difference(sums, tf.cast(self.second, sums.dtype))
        return tf.reduce_mean(difference, axis=(1, 2)) / 4
