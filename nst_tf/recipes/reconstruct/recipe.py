"""The inversion of one layer.

After Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them" (arXiv 1412.0035): from noise,
an image is optimised until its features in one layer are the given image's. What comes back is what the layer keeps;
what differs, it has lost. Only this layer's features of the image at its full size are used.
"""

import functools
import math
from collections.abc import Sequence

import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import ReceptiveField
from nst_tf.canvas.parameters import Parameters
from nst_tf.imagenet import MEAN
from nst_tf.objectives import Objective, TotalVariation
from nst_tf.objectives.alpha_norm import AlphaNorm
from nst_tf.objectives.representation import Representation
from nst_tf.optimize import Lbfgs, Optimizer
from nst_tf.optimize.indirect import Indirect
from nst_tf.optimize.momentum import Momentum
from nst_tf.recipes.feature_loop import GraphLoop
from nst_tf.recipes.recipe import Recipe
from nst_tf.recipes.reconstruct.settings import ReconstructSettings

__all__ = ["Reconstruct", "mean_noise", "priors", "reconstruct_network"]

KEPT = 16  # loops in memory at a time: those of a strip of VGG16; networks are shared
SHALLOW, MIDDLE = 60, 150  # pixels: the paper's weights change between AlexNet's conv2 and conv3, conv4 and conv5


def mean_noise(shape: Sequence, deviation: float, seed: int) -> tf.Tensor:
    """Images of normal noise around the mean colour of natural images.

    Args:
        shape: `(batch, height, width, 3)`.
        deviation: The root mean square of the noise in each image.
        seed: The same seed gives the same noise.
    """
    noise = tf.random.stateless_normal(shape, [seed, 0], alg="philox")
    inverse = tf.math.rsqrt(tf.reduce_mean(tf.square(noise), axis=(1, 2, 3), keepdims=True))
    return tf.constant(MEAN) + deviation * inverse * noise


def priors(settings: ReconstructSettings, field: ReceptiveField) -> dict[str, Objective]:
    """The parts of the objective that know nothing of the image, for a layer of this receptive field."""
    sees, parts = math.inf if field.whole else max(field.size), {}

    def by_depth(weights: Sequence[float]) -> float:
        return weights[min((sees >= SHALLOW) + (sees >= MIDDLE), len(weights) - 1)]

    if weight := by_depth(settings.tv_weight):
        parts["total variation"] = weight * TotalVariation()
    if weight := by_depth(settings.alpha_weight):
        parts["alpha-norm"] = weight * AlphaNorm(settings.alpha)
    return parts


class Reconstruct(Recipe):
    """The inversion of one layer: on one scale, a batch of as many images as there are restarts.

    Args:
        network: For the layer and these settings, see `reconstruct_network`.
        settings: How.
        target: The features of the image in this layer, `(1, rows, columns, channels)` or `(1, channels)`.
        size: Height and width of the image, `(2,)`.
        field: The receptive field of the layer.
    """

    def __init__(
        self,
        network: GraphLoop,
        settings: ReconstructSettings,
        target: tf.Tensor,
        size: tf.Tensor,
        field: ReceptiveField,
    ):
        self.network, self.settings = network, settings
        self.sizes, self.steps = size[None], tf.reduce_sum(settings.steps, keepdims=True)
        self.representation = Representation(network.layers[0], target)
        self.priors = priors(settings, field)
        self.parts = ("representation", *self.priors)

    def start(self) -> tf.Tensor:
        """Noise around the mean colour, of exactly the set deviation in each image."""
        shape = [self.settings.restarts, *tf.unstack(self.sizes[0]), 3]
        return mean_noise(shape, self.settings.noise, self.settings.seed)

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The parts of the objective; their sum is minimised."""
        return {"representation": self.representation} | self.priors

    def picture(self, canvas: tf.Tensor) -> tf.Tensor:
        """All images of the batch."""
        return tf.clip_by_value(canvas, 0.0, 1.0)


def _as_it_is(image: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    return image


def _optimizer(canvas: str, name: str, rates: tuple[float, ...], steps: tuple[int, ...]) -> Optimizer:
    bounds = {} if canvas == "pixels" else {"low": -math.inf, "high": math.inf}
    inner = Momentum(rates, steps) if name == "momentum" else Lbfgs(**bounds)
    return inner if canvas == "pixels" else Indirect(inner, Parameters(), _as_it_is)


@functools.lru_cache(maxsize=KEPT)
def _reconstruct_loop(graph: Graph, layer: str, *how) -> GraphLoop:
    return GraphLoop(graph, (layer,), _optimizer(*how))


def reconstruct_network(graph: Graph, layer: str, settings: ReconstructSettings) -> GraphLoop:
    """The features and the loop for a layer; the same for all settings that differ only in weights, sizes and seed.

    Args:
        graph: See `network_graph`.
        layer: Name of the layer.
        settings: How it is inverted.
    """
    phases = (settings.rates, settings.steps) if settings.optimizer == "momentum" else ((), ())
    return _reconstruct_loop(graph, layer, settings.canvas, settings.optimizer, *map(tuple, phases))
