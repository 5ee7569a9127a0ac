"""The patch term: how little each place of an image is like the place of a style that is nearest to it."""

from collections.abc import Sequence
from typing import Optional

import tensorflow as tf

from nst_tf.objectives.neighbours import Weights, looked_at, nearest, unit
from nst_tf.objectives.objective import Objective

__all__ = ["Resemblance"]

FAINT = 1e-4  # of the squared length of features: shorter ones have no direction to speak of


class Resemblance(Objective):
    """How little each place of an image is like the place of a style that is nearest to it.

        L = 1 - mean_p cos(F_p - m0, F0_q(p) - m0)

    with the neighbours q(p) of the image that it was renewed for; m0 is the style's mean. The last phase of Neural
    Neighbor Style Transfer (section 3.4): it makes strokes crisp.

    Attributes:
        layer: Name of the layer.
        mean: m0, `(channels,)`.
        style: Features of places of the style less m0, of length 1, `(1, 1, places, channels)`.
        target: The neighbours of each position of the image, likewise, `(1, rows, columns, channels)`.
        weights: Of the image's positions, see `standardise`; `None` where all count alike.
    """

    layer: str
    mean: tf.Tensor
    style: tf.Tensor
    target: tf.Tensor
    weights: Optional[tf.Tensor] = None  # noqa: UP045, for extension types read annotations

    @classmethod
    def of_styles(
        cls,
        layer: str,
        styles: Sequence[tf.Tensor],
        mean: tf.Tensor,
        of_styles: Weights = (),
        weights: tf.Tensor | None = None,
    ) -> "Resemblance":
        """The objective, to be renewed before it is used.

        Args:
            layer: Name of the layer.
            styles: Feature maps of one or more styles, `(1, rows, columns, channels)`; at most 4096 places of each are
                looked at.
            mean: Theirs, `(channels,)`.
            of_styles: Of the positions of each style, see `places_of`.
            weights: Of the positions of the images that are to be measured.
        """
        mean = tf.cast(mean, styles[0].dtype)
        both = zip(styles, of_styles or [None] * len(styles), strict=True)
        places = [tf.gather_nd(one[0], tf.stack(looked_at(one, own, 1), 1)) for one, own in both]
        style = unit(tf.concat(places, 0) - mean)[None, None]
        return cls(layer, mean, style, style, weights)

    def renewed(self, features: dict[str, tf.Tensor]) -> "Resemblance":
        """With the neighbours of an image that has these features."""
        maps, style = features[self.layer], self.style[0, 0]
        found, _ = nearest(unit(tf.reshape(maps - self.mean, [-1, style.shape[-1]])), style)
        target = tf.reshape(tf.gather(style, found), tf.shape(maps))
        return Resemblance(self.layer, self.mean, self.style, target, self.weights)

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        mean, target = tf.cast(self.mean, image.dtype), tf.cast(self.target, image.dtype)
        cosines = tf.reduce_sum(unit(features[self.layer] - mean, FAINT) * target, -1)
        if self.weights is None:
            return 1 - tf.reduce_mean(cosines, (1, 2))
        return 1 - tf.reduce_sum(cosines * tf.cast(self.weights[..., 0], image.dtype), (1, 2))
