"""Feature visualisation: pictures, made from noise, that excite a part of a network.

As in Erhan et al. (2009) and Simonyan et al. (arXiv 1312.6034), with the canvas, colours and transforms of Olah,
Mordvintsev and Schubert (2017, "Feature visualization"), which keep the pictures free of high-frequency noise.
"""

import functools
import math
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.canvas.parameters import Parameters
from nst_tf.canvas.transforms import Transforms
from nst_tf.objectives import Objective, TotalVariation
from nst_tf.objectives.alpha_norm import AlphaNorm
from nst_tf.objectives.diversity import Diversity
from nst_tf.optimize import Adam
from nst_tf.optimize.indirect import Indirect
from nst_tf.recipes.feature_loop import GraphLoop
from nst_tf.recipes.features.settings import FeatureSettings
from nst_tf.recipes.features.target import Target
from nst_tf.recipes.recipe import Recipe

__all__ = ["Features", "feature_network", "feature_noise"]

AVERAGED = 0.9  # decay of the average of the iterates
KEPT = 4  # loops in memory at a time
NOISE = 0.01  # deviation of the parameters at the start


class Features(Recipe):
    """The visualisation of some features: one batch, on one scale.

    Args:
        network: For the target's layer and these settings, see `feature_network`.
        settings: How.
        target: What to excite.
        side: Of each picture in pixels.
        unit: What activations are measured by.
    """

    def __init__(self, network: GraphLoop, settings: FeatureSettings, target: Target, side: int, unit: float):
        self.network, self.settings, self.target, self.unit = network, settings, target, unit
        self.sizes, self.steps = tf.constant([[side, side]]), tf.constant([settings.steps])
        self.parts = tuple(self.objective(self.sizes[0]))

    def start(self) -> tf.Tensor:
        """Noise, the same for each feature, another one for each of its variants."""
        noise = feature_noise(self.settings, self.settings.variants, self.sizes[0])
        return tf.tile(noise, [len(self.target.names), 1, 1, 1])

    def begin(self) -> Any:
        """Noise, and the seed of the transforms."""
        return self.network.loop.optimizer.start(self.start(), self.settings.seed)

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The parts of the objective; their sum is minimised."""
        settings, variants = self.settings, self.settings.variants
        parts = {"activation": self.target.excitement(variants) * (-1 / self.unit)}
        if settings.diversity and variants > 1:
            shares = np.kron(np.eye(len(self.target.names)), 1 - np.eye(variants)) / (variants - 1)
            parts["similarity"] = settings.diversity * Diversity(self.target.layer, tf.constant(shares, tf.float32))
        if settings.tv_weight:
            parts["total variation"] = settings.tv_weight * TotalVariation()
        if settings.l2_weight:
            parts["distance"] = settings.l2_weight * AlphaNorm(2.0)
        return parts

    def picture(self, canvas: tf.Tensor) -> tf.Tensor:
        """The images of the batch."""
        return canvas


def _canvas(settings: FeatureSettings) -> Parameters:
    return Parameters(settings.canvas == "fourier", settings.decorrelate)


def feature_noise(settings: FeatureSettings, count: int, size: tf.Tensor) -> tf.Tensor:
    """So many images of noise `(count, height, width, 3)` in the spectrum and the colours of the canvas."""
    seed = [settings.seed, 0]
    noise = tf.random.stateless_normal([count, *tf.unstack(size), 3], seed, stddev=NOISE, alg="philox")
    return _canvas(settings).image(noise)


@functools.lru_cache(maxsize=KEPT)
def _feature_loop(graph: Graph, layer: str, canvas: Parameters, transforms: Transforms, rate: float) -> GraphLoop:
    adam = Adam(rate, decay=AVERAGED, low=-math.inf, high=math.inf)
    return GraphLoop(graph, (layer,), Indirect(adam, canvas, transforms))


def feature_network(graph: Graph, layer: str, settings: FeatureSettings) -> GraphLoop:
    """The features and the loop for a layer; the same for all settings that differ only in weights, sizes and seed.

    Args:
        graph: See `network_graph`.
        layer: Name of the layer.
        settings: How features are visualised.
    """
    transforms = Transforms(settings.jitter, settings.zoom, settings.rotate)
    return _feature_loop(graph, layer, _canvas(settings), transforms, settings.rate)
