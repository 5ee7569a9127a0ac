"""The compiled parts of feature visualisation, made once in a process and used for all features of a layer."""

import functools
import math

import keras
import tensorflow as tf

from nst_tf.backbones import open_network
from nst_tf.backbones.graph import Graph
from nst_tf.canvas.parameters import Parameters
from nst_tf.canvas.transforms import Transforms
from nst_tf.objectives import Objective
from nst_tf.optimize import Adam, Loop
from nst_tf.optimize.indirect import Indirect
from nst_tf.recipes.features.settings import FeatureSettings

__all__ = ["FeatureEngine", "feature_engine", "network_graph"]

KEPT = 4  # engines in memory at a time
AVERAGED = 0.9  # decay of the average of the iterates


class FeatureEngine:
    """A network's layer, and the loop that excites it.

    Attributes:
        canvas: What the pictures are made from.
        loop: Minimises an `Objective` of the layer's features, its one further argument.
    """

    def __init__(self, graph: Graph, layer: str, canvas: Parameters, transforms: Transforms, rate: float):
        self.graph = graph
        self.layer = layer
        self.canvas = canvas
        adam = Adam(rate, decay=AVERAGED, low=-math.inf, high=math.inf)
        self.loop = Loop(self.value, Indirect(adam, canvas, transforms))

    def extractor(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Features of images `(batch, height, width, 3)` by the layer's name."""
        return self.graph.features(image, [self.layer])

    def value(self, image: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`."""
        return objective(self.extractor(image), image)


@functools.lru_cache(maxsize=KEPT)
def network_graph(model: str | keras.Model, preprocessing: str | None) -> Graph:
    """The graph of a network, the same one each time.

    Args:
        model: Its name or path, see `open_network`, or the model itself.
        preprocessing: See `open_network`.

    Raises:
        InputError: There is no such network, or it cannot be taken apart.
        NstError: Its weights cannot be downloaded or read.
    """
    return Graph(model if isinstance(model, keras.Model) else open_network(model, preprocessing))


@functools.lru_cache(maxsize=KEPT)
def _engine(graph, layer, canvas, transforms, rate) -> FeatureEngine:
    return FeatureEngine(graph, layer, canvas, transforms, rate)


def feature_engine(graph: Graph, layer: str, settings: FeatureSettings) -> FeatureEngine:
    """The engine for a layer; the same one for all settings that differ only in weights, sizes, steps and seed."""
    canvas = Parameters(settings.canvas == "fourier", settings.decorrelate)
    transforms = Transforms(settings.jitter, settings.zoom, settings.rotate)
    return _engine(graph, layer, canvas, transforms, settings.rate)
