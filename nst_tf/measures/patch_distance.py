"""Whether every place of a picture looks like some place of a style, and whether every place of the style is in it.

With the features f of the picture and g of the style, at their positions p and q, and the style's mean m0 over q:

    patches  = mean_p min_q d(f_p - m0, g_q - m0)
    omission = mean_q min_p d(f_p - m0, g_q - m0),    d(a, b) = 1 - cos(a, b)

each averaged over relu1, relu2 and relu3 of AlexNet, a network through which no picture is optimised. They are the two
halves of the relaxed earth mover's distance of STROTSS (Kolkin, Salavon and Shakhnarovich 2019), which takes the larger
one; centred as in "Neural Neighbor Style Transfer" (Kolkin et al., arXiv:2203.13215), but by the style's mean alone, so
that a picture of other colours is not forgiven for them.
"""

import functools

import numpy as np
import tensorflow as tf

from nst_tf.backbones import check_size, feature_extractor, load_backbone

__all__ = ["LAYERS", "Places", "patch_distances", "places", "two_way_distance"]

LAYERS = tuple(f"relu{number}" for number in range(1, 4))
MOST = 2**24  # cosines in memory at a time, 64 MiB of them
EPSILON = 1e-6  # the norm of a vector that is nothing but rounding

Places = dict[str, tf.Tensor]


@functools.cache
def _network():
    return feature_extractor(load_backbone("alexnet"), LAYERS)


@functools.cache
def _features():
    network = tf.function(_network(), autograph=False)
    return network.get_concrete_function(tf.TensorSpec([1, None, None, 3]))


def places(pixels: np.ndarray) -> Places:
    """The feature vectors of a picture on each of `LAYERS`, `(positions, channels)`.

    Args:
        pixels: `(height, width, 3)` in [0, 1].

    Raises:
        InputError: It is too small for the layers, less than 31 pixels high or wide.
    """
    check_size(_network(), *pixels.shape[:2])
    found = _features()(tf.constant(pixels[None]))
    return {layer: tf.reshape(maps, [-1, maps.shape[-1]]) for layer, maps in found.items()}


def _unit(vectors: tf.Tensor) -> tf.Tensor:
    """Vectors of norm 1, with a channel more, along which those point that are 0: like each other, unlike all else."""
    norms = tf.norm(vectors, axis=1, keepdims=True)
    nothing = tf.cast(norms < EPSILON, vectors.dtype)
    return tf.concat([vectors / tf.maximum(norms, EPSILON) * (1 - nothing), nothing], 1)


def two_way_distance(result: tf.Tensor, style: tf.Tensor) -> tuple[float, float]:
    """The mean of 1 - cosine from each vector to the nearest of the other picture's, both centred by the style's mean.

    At most 2^24 cosines are in memory at a time, or one row of them.

    Args:
        result: A picture's feature vectors, `(positions, channels)`.
        style: Those of a style, of which there may be fewer or more.

    Returns:
        From the result to the style, and from the style to the result; each in [0, 2], and 0 for the same vectors in
        whatever order.
    """
    centre = tf.reduce_mean(style, 0)
    rows, columns = _unit(result - centre), _unit(style - centre)
    step = max(1, MOST // len(columns))
    nearest, nearest_to_style = [], tf.fill([len(columns)], -1.0)
    for start in range(0, len(rows), step):
        cosines = tf.matmul(rows[start : start + step], columns, transpose_b=True)
        nearest.append(tf.reduce_max(cosines, 1))
        nearest_to_style = tf.maximum(nearest_to_style, tf.reduce_max(cosines, 0))
    return _mean_distance(tf.concat(nearest, 0)), _mean_distance(nearest_to_style)


def _mean_distance(cosines: tf.Tensor) -> float:
    # Rounding makes cosines of more than 1.
    return float(tf.reduce_mean(tf.maximum(1 - cosines, 0)))


def patch_distances(result: Places, style: Places) -> tuple[float, float]:
    """The two distances of `two_way_distance`, each the mean over `LAYERS`.

    Args:
        result: The `places` of a picture.
        style: Those of the style, at the picture's size.
    """
    to_style, to_result = zip(*(two_way_distance(result[layer], style[layer]) for layer in LAYERS), strict=True)
    return float(np.mean(to_style)), float(np.mean(to_result))
