"""The compiled parts of DeepDream, made once in a process and used for every picture, octave and target."""

import bisect
import functools
from collections.abc import Iterable

import tensorflow as tf

from nst_tf.backbones import open_network
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.canvas.tiles import tiled_features, tiled_value
from nst_tf.errors import InputError
from nst_tf.objectives import Objective
from nst_tf.optimize import Loop
from nst_tf.optimize.ascent import Ascent
from nst_tf.recipes.dream.settings import DreamSettings

__all__ = ["DreamEngine", "dream_engine"]

KEPT = 4  # engines in memory at a time; each holds a network
LARGEST_LEAST = 4096  # pixels


class DreamEngine:
    """A network with the layers that a dream looks at, and the loop that dreams on it.

    Args:
        graph: Of the network.
        layers: Names of layers of feature maps.
        optimizer: Of the loop.
        tile: Side of the tiles in pixels; 0 for none.

    Attributes:
        extractor: From images `(batch, height, width, 3)` to features by layer name.
        loop: Minimises an `Objective` of these features, its one further argument.

    Raises:
        InputError: A layer is unknown, or has no feature maps.
    """

    def __init__(self, graph: Graph, layers: tuple[str, ...], optimizer: Ascent, tile: int):
        self.graph, self.layers = graph, layers
        for layer in layers:
            _check_map(graph, layer)
        self.loop = Loop(tiled_value(self.value, tile) if tile else self.value, optimizer)
        extract = tiled_features(self.features, tile) if tile else self.features
        self.extractor = tf.function(extract, input_signature=[tf.TensorSpec([1, None, None, 3])], autograph=False)

    def features(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Feature maps by layer name."""
        return self.graph.features(images, self.layers)

    def value(self, images: tf.Tensor, objective: Objective) -> tf.Tensor:
        """An objective's value for each image, `(batch,)`."""
        return objective(self.features(images), images)

    def has_positions(self, height: int, width: int) -> bool:
        """Whether an image of this size has at least one position in every layer."""
        try:
            for layer in self.layers:
                receptive_field(self.graph, layer, height, width)
        except InputError:
            return False
        return True

    @functools.cached_property
    def least(self) -> int:
        """The smallest height and width in pixels that have a position in every layer."""
        return 1 + bisect.bisect_left(range(1, LARGEST_LEAST), True, key=lambda side: self.has_positions(side, side))


def _check_map(graph: Graph, layer: str) -> None:
    shape = graph.step(layer).shape
    if len(shape) != 4:
        raise InputError(
            f"the layer {layer!r} gives {shape[1:]} numbers, no feature map; a dream takes one such as {graph.maps[-1]}"
        )


@functools.lru_cache(maxsize=KEPT)
def _engine(
    model: str, preprocessing: str | None, layers: tuple[str, ...], step_size: float, jitter: int, tile: int
) -> DreamEngine:
    optimizer = Ascent(step_size / 255, max(jitter, tile))
    return DreamEngine(Graph(open_network(model, preprocessing)), layers, optimizer, tile)


def dream_engine(settings: DreamSettings, layers: Iterable[str]) -> DreamEngine:
    """The engine for these settings; the same one for all that differ only in weights, sizes and schedule.

    Args:
        settings: How the image is dreamt on.
        layers: Names of the layers to look at.

    Raises:
        InputError: The network or a layer is unknown, or the layer has no feature maps.
    """
    names = tuple(sorted(set(layers)))
    return _engine(settings.model, settings.preprocessing, names, settings.step_size, settings.jitter, settings.tile)
