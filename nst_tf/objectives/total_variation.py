"""Total variation, the L2 form on the nine-point stencil.

    L = 1/3 mean over pixels and channels of [ 2 (dx^2 + dy^2) + 1/2 (d1^2 + d2^2) ]

with the differences dx, dy to the next pixel and d1, d2 along the diagonals; edge pixels are repeated, or in an image
that repeats followed by those of the opposite edge. The weights are
those whose gradient is the nine-point Laplacian 1/6 [1 4 1; 4 -20 4; 1 4 1], which is isotropic to fourth order: the
five-point one smooths diagonals less than lines. For a smooth image L is the mean of |grad|^2.
"""

import numpy as np
import tensorflow as tf

from nst_tf.objectives.objective import Objective
from nst_tf.objectives.part import IMAGE, Part

__all__ = ["TotalVariation"]

DIFFERENCES = np.array(
    [[[1, -1], [0, 0]], [[1, 0], [-1, 0]], [[1, 0], [0, -1]], [[0, 1], [-1, 0]]], np.float32
)  # to the right, down, and along the two diagonals of a 2x2 window
WEIGHTS = np.array([2 / 3, 2 / 3, 1 / 6, 1 / 6], np.float32)


def _repeated(image: tf.Tensor) -> tf.Tensor:
    rows = tf.concat([image, image[:, :1]], axis=1)
    return tf.concat([rows, rows[:, :, :1]], axis=2)


class TotalVariation(Objective):
    """Mean squared difference of neighbouring pixels, nine-point stencil; see the module for the formula.

    Attributes:
        repeats: Whether the opposite edge is what follows an edge; only of whole images.
    """

    repeats: bool = False

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> tf.Tensor:
        # One convolution, since the gradient of slicing a tensor of three channels is slow.
        padded = _repeated(image) if self.repeats else part.framed(image)
        kernel = np.moveaxis(DIFFERENCES, 0, -1)[:, :, None, :] * np.sqrt(WEIGHTS)
        kernel = np.tile(kernel, (1, 1, 3, 1))
        differences = tf.nn.depthwise_conv2d(padded, tf.constant(kernel, image.dtype), [1, 1, 1, 1], "VALID")
        pixels = tf.cast(3 * tf.reduce_prod(tf.shape(differences)[1:3]), image.dtype)
        return part.shared(IMAGE, tf.reduce_sum(tf.square(differences), axis=(1, 2, 3)) / pixels)

    def of_sums(self, sums: tf.Tensor) -> tf.Tensor:
        return sums
