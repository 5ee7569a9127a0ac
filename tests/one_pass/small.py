"""Bundled images, made small."""

import numpy as np

from nst_tf.images import fit, read_image, resize
from nst_tf.samples import sample


def small(name, size=96):
    """A sample's pixels, of this longest side."""
    pixels = read_image(sample(name)).pixels
    return np.clip(resize(pixels, fit(pixels.shape, size)), 0, 1)
