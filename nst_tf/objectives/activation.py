"""How strongly an image drives a layer, one of its channels, units or directions.

With features F over positions i and channels c, for a whole layer, a channel k and a direction v:

    mean_ic F_ic^p,    mean_i F_ik^p,    mean_i sum_c F_ic v_c

At one unit (Erhan et al. 2009: a neuron), i is one position. p = 1 is what feature visualisation maximises, p = 2 on
the whole layer what DeepDream does. A class score (Simonyan et al., arXiv 1312.6034) is a channel of the dense layer
before the softmax. All are to be minimised like any objective: maximise by `-Activation(...)`.
"""

from typing import Optional

import tensorflow as tf

from nst_tf.objectives.objective import Objective

__all__ = ["Activation", "Direction"]

Given = Optional[tf.Tensor]  # noqa: UP045 - extension types do not read `X | None`


def _at_positions(maps: tf.Tensor, unit: tf.Tensor | None) -> tf.Tensor:
    """Features as `(batch, positions, channels)`: of all positions, or of one."""
    if unit is not None:
        maps = maps[:, unit[0], unit[1]]
    return tf.reshape(maps, [tf.shape(maps)[0], -1, maps.shape[-1]])


class Activation(Objective):
    """Mean activation of a layer, of a channel, or at one position of either; or the mean of its square.

    Attributes:
        layer: Name of the layer; of feature maps, or dense.
        channel: A whole number from 0, or one for each image, `(batch,)`; `None` for the mean of all channels.
        unit: Row and column of one position, `(2,)`; `None` for the mean of all positions.
        power: 1, or 2 for squares.
    """

    layer: str
    channel: Given = None
    unit: Given = None
    power: int = 1

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        maps = _at_positions(features[self.layer], self.unit)
        means = tf.reduce_mean(maps if self.power == 1 else tf.square(maps), axis=1)
        if self.channel is None:
            return tf.reduce_mean(means, axis=1)
        return tf.reduce_sum(means * tf.one_hot(self.channel, maps.shape[-1], dtype=maps.dtype), axis=1)


class Direction(Objective):
    """Mean dot product of a layer's features with a vector, over all positions or at one.

    Attributes:
        layer: Name of the layer; of feature maps, or dense.
        vector: `(channels,)`, or one for each image, `(batch, channels)`.
        unit: Row and column of one position, `(2,)`; `None` for the mean of all positions.
    """

    layer: str
    vector: tf.Tensor
    unit: Given = None

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        means = tf.reduce_mean(_at_positions(features[self.layer], self.unit), axis=1)
        return tf.reduce_sum(means * tf.cast(self.vector, means.dtype), axis=1)
