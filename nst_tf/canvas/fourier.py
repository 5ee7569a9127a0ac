"""Images as the strengths of waves: the Hartley transform, the Fourier transform of real numbers.

With N pixels x and as many frequencies k, in cycles per pixel,

    image(x) = sqrt(2/N) sum_k s(k) c(k) cas(2 pi k x),    cas t = cos t + sin t,    s(k) = 1 / max(|k|, k_min)

where k_min is one cycle along the longer side. c(k) and c(-k) hold what Re and Im of a Fourier coefficient do,
Re F(k) = c(k) + c(-k), Im F(k) = c(-k) - c(k) up to a factor, so that there are as many coefficients as pixels, in the
same shape, and none twice. s gives the waves of an image of independent coefficients the 1/f law of photographs; a
gradient step in the coefficients changes coarse structures before fine ones (Olah, Mordvintsev and Schubert 2017,
"Feature visualization": preconditioning).
"""

import math

import tensorflow as tf

__all__ = ["from_waves", "to_waves"]


def _frequencies(count: tf.Tensor) -> tf.Tensor:
    """Cycles per pixel in the order of the transform: 0, 1, ..., -2, -1 over the count."""
    steps = tf.range(count)
    return tf.cast(tf.where(2 * steps < count, steps, steps - count), tf.float32) / tf.cast(count, tf.float32)


def _radii(height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """1 / s(k), `(1, height, width, 1)`."""
    radius = tf.sqrt(tf.square(_frequencies(height))[:, None] + tf.square(_frequencies(width))[None, :])
    least = 1 / tf.cast(tf.maximum(height, width), tf.float32)
    return tf.maximum(radius, least)[None, :, :, None]


@tf.custom_gradient
def _hartley(images: tf.Tensor) -> tuple[tf.Tensor, object]:
    """The orthonormal Hartley transform of each channel: symmetric, so its own inverse and its own gradient."""
    planes = tf.signal.fft2d(tf.cast(tf.transpose(images, [0, 3, 1, 2]), tf.complex64))
    count = tf.cast(tf.shape(images)[1] * tf.shape(images)[2], tf.float32)
    # As a graph would compute the quotient by a root, so that results agree to the bit with those outside of one.
    waves = (tf.math.real(planes) - tf.math.imag(planes)) * tf.math.rsqrt(count)
    return tf.ensure_shape(tf.transpose(waves, [0, 2, 3, 1]), images.shape), _hartley


def from_waves(coefficients: tf.Tensor) -> tf.Tensor:
    """The signal of these waves.

    Args:
        coefficients: c, `(batch, height, width, channels)`; frequency 0 comes first on both axes.

    Returns:
        Of the same shape, not bounded.
    """
    height, width = tf.shape(coefficients)[1], tf.shape(coefficients)[2]
    return math.sqrt(2) * _hartley(coefficients / _radii(height, width))


def to_waves(signal: tf.Tensor) -> tf.Tensor:
    """The coefficients of which `from_waves` makes this signal.

    Args:
        signal: `(batch, height, width, channels)`.

    Returns:
        Of the same shape.
    """
    height, width = tf.shape(signal)[1], tf.shape(signal)[2]
    return math.sqrt(0.5) * _hartley(signal) * _radii(height, width)
