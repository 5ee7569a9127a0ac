"""Small real inputs, to warm a model up with and to try it."""

import functools

import numpy as np
import tensorflow as tf

from nst_tf.images import fit, read_image, resize_image
from nst_tf.samples import sample

__all__ = ["example_bytes", "example_pixels"]


@functools.cache
def example_pixels(name: str, longest: int) -> np.ndarray:
    """A sample of this longest side, float32 `(height, width, 3)` in [0, 1]; see `nst_tf.samples`."""
    pixels = read_image(sample(name)).pixels
    return resize_image(pixels, fit(pixels.shape, longest))


@functools.cache
def example_bytes(name: str, longest: int) -> bytes:
    """The same as a JPEG file."""
    return tf.io.encode_jpeg(np.round(example_pixels(name, longest) * 255).astype(np.uint8)).numpy()
