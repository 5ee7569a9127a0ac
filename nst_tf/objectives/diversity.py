"""Several pictures of one feature are to differ: the mean similarity of an image to others of its batch.

With the Gram matrices G of the features, flattened, and the shares p_ij of the images j that image i is compared with,

    L_i = sum_j p_ij  <G_i, G_j> / (|G_i| |G_j|)

(Wei et al. 2015, in the form of Olah, Mordvintsev and Schubert 2017, "Feature visualization": diversity).
"""

import tensorflow as tf

from nst_tf.objectives.moments import raw_moments
from nst_tf.objectives.objective import Objective

__all__ = ["Diversity"]


class Diversity(Objective):
    """Cosine similarity of an image's Gram matrix to those of others in its batch; less is more diverse.

    Attributes:
        layer: Name of the layer of feature maps.
        shares: p, float32 `(batch, batch)`; 0 on its diagonal.
    """

    layer: str
    shares: tf.Tensor

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        _, grams = raw_moments(features[self.layer])
        flat = tf.math.l2_normalize(tf.reshape(grams, [tf.shape(grams)[0], -1]), axis=1)
        return tf.reduce_sum(tf.matmul(flat, flat, transpose_b=True) * tf.cast(self.shares, flat.dtype), axis=1)
