"""A canvas of pixels: float32 RGB in [0, 1], `(batch, height, width, 3)`."""

import tensorflow as tf

from nst_tf.operators import only_common

__all__ = ["enlarge", "lanczos", "noise"]


def noise(height: int, width: int, seed: int, batch: int = 1) -> tf.Tensor:
    """Independent uniform noise, the same for the same seed on every device.

    Args:
        height: In pixels.
        width: In pixels.
        seed: Any whole number that int64 holds.
        batch: How many images.

    Returns:
        `(batch, height, width, 3)` in [0, 1).
    """
    return tf.random.stateless_uniform([batch, height, width, 3], seed=[seed, 0], alg="philox")


def enlarge(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Brings a canvas to another size by bicubic interpolation, antialiased where it shrinks.

    Args:
        image: `(batch, rows, columns, 3)` in [0, 1].
        height: Wanted, in pixels.
        width: Wanted, in pixels.

    Returns:
        `(batch, height, width, 3)`, clipped to [0, 1].
    """
    return _clipped(image, height, width, "bicubic")


def lanczos(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Brings an image to another size by Lanczos interpolation (three lobes), antialiased where it shrinks.

    Args:
        image: `(batch, rows, columns, 3)` in [0, 1].
        height: Wanted, in pixels.
        width: Wanted, in pixels.

    Returns:
        `(batch, height, width, 3)`, clipped to [0, 1].
    """
    return _clipped(image, height, width, "lanczos3")


def _clipped(image, height, width, method):
    if only_common():
        return _by_products(image, height, width, method)
    # An image that has the size already is not touched, in a graph for any size either: results agree to the bit.
    if tf.is_symbolic_tensor(image):
        same = tf.reduce_all(tf.shape(image)[1:3] == tf.stack([height, width]))
        return tf.cond(same, lambda: image, lambda: _resized(image, height, width, method))
    same = tuple(image.shape[1:3]) == (height, width)
    return image if same else _resized(image, height, width, method)


def _by_products(image, height, width, method):
    """The same of an image of a known size: each of the resized one's rows and columns is a sum of its own."""
    sizes = list(zip(image.shape[1:3], (height, width), strict=True))
    if all(own == wanted for own, wanted in sizes):
        return image
    with tf.init_scope():
        shares = [
            tf.image.resize(tf.eye(own)[:, :, None], [wanted, own], method, antialias=True) for own, wanted in sizes
        ]
        down, across = (share[:, :, 0].numpy() for share in shares)
    return tf.clip_by_value(tf.einsum("rh,bhwc,sw->brsc", down, image, across), 0.0, 1.0)


def _resized(image, height, width, method):
    return tf.clip_by_value(tf.image.resize(image, [height, width], method, antialias=True), 0.0, 1.0)
