"""A canvas of pixels: float32 RGB in [0, 1], `(batch, height, width, 3)`."""

import tensorflow as tf

__all__ = ["enlarge", "noise"]


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
    if tuple(image.shape[1:3]) == (height, width):
        return image
    return tf.clip_by_value(tf.image.resize(image, [height, width], method="bicubic", antialias=True), 0.0, 1.0)
