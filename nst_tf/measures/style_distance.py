"""How far a picture is from a style: between the Gaussians of their features on five layers of VGG16.

With mean m and covariance C of the picture's features over positions, m0 and C0 of the style's:

    d = W2^2 / tr C0,    W2^2 = |m - m0|^2 + tr C + tr C0 - 2 tr (C0^1/2 C C0^1/2)^1/2

the squared 2-Wasserstein distance (Dowson and Landau 1982) by the style's total variance. d is 0 for the style itself
and 1 for a picture whose features are everywhere the style's mean.
"""

import functools
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from nst_tf.backbones import check_size, feature_extractor, load_backbone, smallest_size
from nst_tf.images import fit, resize_image
from nst_tf.objectives import raw_moments
from nst_tf.objectives.matrix_root import square_root

__all__ = [
    "LAYERS",
    "Gaussian",
    "beside",
    "gaussian_distances",
    "gaussians",
    "normalised_wasserstein",
    "style_distances",
]

LAYERS = tuple(f"relu{block}_1" for block in range(1, 6))
LEAST_VARIANCE = 1e-6  # added to tr C0, which a single-colour style may have none of


@dataclass(frozen=True)
class Gaussian:
    """Mean and covariance of a picture's features, float64 `(channels,)` and `(channels, channels)`."""

    mean: np.ndarray
    covariance: np.ndarray

    @functools.cached_property
    def root(self) -> np.ndarray:
        """C^1/2, found once for all that it is compared with."""
        return square_root(self.covariance).numpy()


def normalised_wasserstein(result: Gaussian, style: Gaussian) -> float:
    """The squared 2-Wasserstein distance between Gaussians over the style's total variance, in float64.

    Args:
        result: Of a picture's features.
        style: Of the style's; its total variance is tr C0 + 1e-6.
    """
    # tr (C0^1/2 C C0^1/2)^1/2 is the sum of the singular values of C^1/2 C0^1/2, which come without the rounding that a
    # root of eigenvalues magnifies.
    shared = np.linalg.norm(result.root @ style.root, "nuc")
    spread = np.sum(result.root**2) + np.sum(style.root**2) - 2 * shared
    distance = np.sum((result.mean - style.mean) ** 2) + max(spread, 0)
    return float(distance / (np.sum(style.root**2) + LEAST_VARIANCE))


@functools.cache
def _network():
    return feature_extractor(load_backbone("vgg16"), LAYERS)


@functools.cache
def _measure():
    network = _network()

    def moments(image):
        return {layer: raw_moments(maps) for layer, maps in network(image).items()}

    return tf.function(moments, autograph=False).get_concrete_function(tf.TensorSpec([1, None, None, 3]))


def gaussians(pixels: np.ndarray) -> dict[str, Gaussian]:
    """The `Gaussian` of a picture's features over positions, on each of `LAYERS`.

    Args:
        pixels: `(height, width, 3)` in [0, 1].

    Raises:
        InputError: It is too small for the layers, less than 16 pixels high or wide.
    """
    check_size(_network(), *pixels.shape[:2])
    found = {}
    for layer, (mean, second) in _measure()(tf.constant(pixels[None])).items():
        mean, second = (np.asarray(moment[0], np.float64) for moment in (mean, second))
        found[layer] = Gaussian(mean, second - np.outer(mean, mean))
    return found


def gaussian_distances(result: dict[str, Gaussian], style: dict[str, Gaussian]) -> dict[str, float]:
    """The `normalised_wasserstein` distance between the `gaussians` of a picture and a style, by layer."""
    return {layer: normalised_wasserstein(result[layer], style[layer]) for layer in LAYERS}


def beside(style: np.ndarray, longest: int, least: int) -> np.ndarray:
    """A style in the size in which a picture is compared with it.

    Args:
        style: `(height, width, 3)` in [0, 1].
        longest: What its longest side becomes: that of the picture.
        least: What its shortest side becomes if it would be shorter, in pixels.
    """
    short, long = sorted(style.shape[:2])
    return resize_image(style, fit(style.shape, max(longest, -(-least * long // short))))


def style_distances(result: np.ndarray, style: np.ndarray) -> dict[str, float]:
    """The normalised squared 2-Wasserstein distance of features on each of `LAYERS`, at the result's size.

    Args:
        result: `(height, width, 3)` in [0, 1].
        style: Likewise, of any size; its longest side is made the result's.

    Returns:
        By layer; 0 for the same picture.

    Raises:
        InputError: The result is too small for the layers, less than 16 pixels high or wide.
    """
    found = gaussians(result)
    return gaussian_distances(found, gaussians(beside(style, max(result.shape[:2]), smallest_size(_network()))))
