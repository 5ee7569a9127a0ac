"""The patch term: how little each place of an image is like the place of a style that is nearest to it."""

from collections.abc import Sequence
from typing import Optional

import tensorflow as tf

from nst_tf.objectives.neighbours import nearest
from nst_tf.objectives.objective import Objective
from nst_tf.objectives.part import Part
from nst_tf.objectives.places import Weights, looked_at, patches_at, unit

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
        found: Which of the places is the neighbour of each position of the image, int32 `(1, rows, columns, 1)`.
        weights: Of the image's positions, see `standardise`; `None` where all count alike.
    """

    layer: str
    mean: tf.Tensor
    style: tf.Tensor
    found: tf.Tensor
    weights: Optional[tf.Tensor] = None  # noqa: UP045, for extension types read annotations

    @classmethod
    def of_places(
        cls, layer: str, places: Sequence[tf.Tensor], mean: tf.Tensor, weights: tf.Tensor | None = None
    ) -> "Resemblance":
        """The objective, to be renewed before it is used.

        Args:
            layer: Name of the layer.
            places: The features at places of each of one or more styles, `(places, channels)`.
            mean: Theirs, `(channels,)`.
            weights: Of the positions of the images that are to be measured.
        """
        mean = tf.cast(mean, places[0].dtype)
        style = unit(tf.concat(places, 0) - mean)[None, None]
        return cls(layer, mean, style, tf.zeros([1, 1, 1, 1], tf.int32), weights)

    @classmethod
    def of_styles(
        cls,
        layer: str,
        styles: Sequence[tf.Tensor],
        mean: tf.Tensor,
        of_styles: Weights = (),
        weights: tf.Tensor | None = None,
    ) -> "Resemblance":
        """As `of_places`, by the feature maps of styles, of each of which at most 4096 places are looked at.

        Args:
            layer: Name of the layer.
            styles: `(1, rows, columns, channels)`.
            mean: Theirs, `(channels,)`.
            of_styles: Of the positions of each style, see `places_of`.
            weights: Of the positions of the images that are to be measured.
        """
        both = zip(styles, of_styles or [None] * len(styles), strict=True)
        places = [patches_at(one, *looked_at(tf.shape(one)[1:3], own, 1), 1) for one, own in both]
        return cls.of_places(layer, places, mean, weights)

    def choices(self, features: dict[str, tf.Tensor]) -> tf.Tensor:
        maps, style = features[self.layer], self.style[0, 0]
        found = nearest(unit(tf.reshape(maps - self.mean, [-1, style.shape[-1]])), style)
        return tf.reshape(found, [*tf.unstack(tf.shape(maps)[:3]), 1])

    def chosen(self, choices: tf.Tensor) -> "Resemblance":
        return Resemblance(self.layer, self.mean, self.style, choices, self.weights)

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> tf.Tensor:
        maps = part.cut(self.layer, features[self.layer])
        target = tf.cast(tf.gather(self.style[0, 0], part.of(self.layer, self.found)[..., 0]), maps.dtype)
        cosines = tf.reduce_sum(unit(maps - tf.cast(self.mean, maps.dtype), FAINT) * target, -1)
        if self.weights is None:
            return part.shared(self.layer, tf.reduce_mean(cosines, (1, 2)))
        weights = part.of(self.layer, self.weights)[..., 0]
        return tf.reduce_sum(cosines * tf.cast(weights, maps.dtype), (1, 2))

    def of_sums(self, sums: tf.Tensor) -> tf.Tensor:
        return 1 - sums
