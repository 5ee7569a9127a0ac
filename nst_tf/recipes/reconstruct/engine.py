"""The compiled parts of inversion, made once in a process and used for every picture of a layer."""

import functools
import math

import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.canvas.parameters import Parameters
from nst_tf.objectives import Objective
from nst_tf.optimize import Lbfgs, Loop, Optimizer
from nst_tf.optimize.indirect import Indirect
from nst_tf.optimize.momentum import Momentum
from nst_tf.recipes.reconstruct.settings import ReconstructSettings

__all__ = ["ReconstructEngine", "reconstruct_engine"]

KEPT = 16  # engines in memory at a time: those of a strip of VGG16; networks are shared


class ReconstructEngine:
    """A network's layer, and the loop that looks for images that it represents alike.

    Args:
        graph: Of the network.
        layer: Name of the layer.
        optimizer: Of the loop.

    Attributes:
        loop: Minimises an `Objective` of the layer's features, its one further argument.
    """

    def __init__(self, graph: Graph, layer: str, optimizer: Optimizer):
        self.graph = graph
        self.layer = layer
        self.loop = Loop(self.value, optimizer)

    def extractor(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Features of images `(batch, height, width, 3)` by the layer's name."""
        return self.graph.features(image, [self.layer])

    def value(self, image: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`."""
        return objective(self.extractor(image), image)


def _as_it_is(image: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    return image


def _optimizer(canvas: str, name: str, rates: tuple[float, ...], steps: tuple[int, ...]) -> Optimizer:
    bounds = {} if canvas == "pixels" else {"low": -math.inf, "high": math.inf}
    inner = Momentum(rates, steps) if name == "momentum" else Lbfgs(**bounds)
    return inner if canvas == "pixels" else Indirect(inner, Parameters(), _as_it_is)


@functools.lru_cache(maxsize=KEPT)
def _engine(graph: Graph, layer: str, *how) -> ReconstructEngine:
    return ReconstructEngine(graph, layer, _optimizer(*how))


def reconstruct_engine(graph: Graph, layer: str, settings: ReconstructSettings) -> ReconstructEngine:
    """The engine for a layer; the same one for all settings that differ only in weights, sizes and seed."""
    phases = (settings.rates, settings.steps) if settings.optimizer == "momentum" else ((), ())
    return _engine(graph, layer, settings.canvas, settings.optimizer, *map(tuple, phases))
