"""DeepDream (Mordvintsev, Olah and Tyka 2015): an image in which a network sees more and more of what it knows.

Octaves go from coarse to fine. What is carried from one to the next is the detail dreamt so far, added to the image at
the new size, so that the image itself stays sharp.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf

from nst_tf.backbones import open_network
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.precision import for_this_machine
from nst_tf.canvas import lanczos
from nst_tf.canvas.masks import composite, mask_at
from nst_tf.canvas.sizes import fit, scale_steps
from nst_tf.errors import InputError
from nst_tf.objectives import Activation, Objective
from nst_tf.objectives.guide import Guide
from nst_tf.optimize.ascent import Ascent
from nst_tf.recipes.dream.settings import DreamSettings
from nst_tf.recipes.dream.target import DreamTarget, read_target
from nst_tf.recipes.feature_loop import GraphLoop, kept_by_network
from nst_tf.recipes.recipe import Recipe, at_size

__all__ = ["Dream", "dream_network", "octave_sizes"]


class Dream(Recipe):
    """One picture's dream.

    Args:
        network: For these settings, see `dream_network`.
        settings: How to make it.
        image: What to begin with, `(1, height, width, 3)` in [0, 1].
        guide: The features of an image to take on, by layer; `None` for what the image itself excites.
        mask: Where to dream, `(1, height, width, 1)` in [0, 1]; `None` for everywhere.
    """

    def __init__(
        self,
        network: GraphLoop,
        settings: DreamSettings,
        image: tf.Tensor,
        guide: Mapping[str, tf.Tensor] | None = None,
        mask: tf.Tensor | None = None,
    ):
        self.network, self.settings, self.image, self.guide, self.mask = network, settings, image, guide, mask
        self.targets = tuple(map(read_target, settings.layers))
        self.sizes = octave_sizes(tf.shape(image)[1:3], settings)
        self.steps = scale_steps(settings.steps, settings.octaves)
        self.parts = tuple(settings.layers)

    def start(self) -> tf.Tensor:
        """The image."""
        return at_size(lanczos, self.image, self.sizes[0])

    def begin(self) -> Any:
        """The image, and the seed of the jitter."""
        return self.network.loop.optimizer.start(self.start(), self.settings.seed)

    def enlarge(self, canvas: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """A canvas brought to another size: the image at that size, and the detail dreamt so far, resized."""
        detail = canvas - at_size(lanczos, self.image, tf.shape(canvas)[1:3])
        image = at_size(lanczos, self.image, size)
        enlarged = tf.clip_by_value(image + tf.image.resize(detail, size, "bicubic"), 0, 1)
        return enlarged if self.mask is None else composite(mask_at(self.mask, size), enlarged, image)

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size; what they see is enhanced."""
        image = at_size(lanczos, self.image, size)
        features = self.network.observe(image)
        parts = {target.text: self._part(target, features[target.layer].shape) for target in self.targets}
        return _enhanced(parts, self.settings.layers.values(), features, image)

    def _part(self, target: DreamTarget, shape: tuple[int, ...]) -> Objective:
        if self.guide is not None:
            return Guide(target.layer, self.guide[target.layer])
        return Activation(target.layer, target.channel, target.unit(shape), power=2)


def octave_sizes(own: tf.Tensor, settings: DreamSettings) -> tf.Tensor:
    """Height and width of each octave, coarse to fine, `(octaves, 2)`, of an image of this height and width."""
    size, scale = (tf.cast(one, tf.float64) for one in (settings.size, settings.octave_scale))
    octaves = tf.cast(tf.range(settings.octaves - 1, -1, -1), tf.float64)
    sides = tf.maximum(tf.round(size / scale**octaves), 1)
    return tf.map_fn(lambda side: fit(own, side), sides, fn_output_signature=tf.TensorSpec([2], tf.int32))


def _enhanced(
    parts: Mapping[str, Objective], weights: Iterable[float], features: dict[str, tf.Tensor], image: tf.Tensor
) -> dict[str, Objective]:
    """The parts of an objective to minimise for what is to be enhanced, each in units of its value for an image.

    Args:
        parts: What is measured, by name.
        weights: Of each part; numbers, or scalar tensors of float64.
        features: Of the image.
        image: `(1, height, width, 3)` in [0, 1].
    """
    values = {name: tf.abs(tf.cast(part(features, image)[0], tf.float64)) for name, part in parts.items()}
    units = {name: tf.where(value == 0, tf.ones_like(value), value) for name, value in values.items()}
    return {name: part * (-weight / units[name]) for (name, part), weight in zip(parts.items(), weights, strict=True)}


def _check_map(graph: Graph, layer: str) -> None:
    shape = graph.step(layer).shape
    if len(shape) != 4:
        raise InputError(
            f"the layer {layer!r} gives {shape[1:]} numbers, no feature map; a dream takes one such as {graph.maps[-1]}"
        )


@kept_by_network(4)
def _dream_loop(
    model: str,
    preprocessing: str | None,
    precision: str,
    layers: tuple[str, ...],
    step_size: float,
    jitter: int,
    tile: int,
) -> GraphLoop:
    graph = Graph(open_network(model, preprocessing, precision=precision))
    for layer in layers:
        _check_map(graph, layer)
    return GraphLoop(graph, layers, Ascent(step_size / 255, max(jitter, tile)), tile)


def dream_network(settings: DreamSettings, *, anew: bool = False) -> GraphLoop:
    """The features and the loop for these settings; the same for all that differ only in weights, sizes and schedule.

    Args:
        settings: How an image is dreamt on.
        anew: Whether to build another one, whose parts may be traced into a larger graph.

    Raises:
        InputError: The network or a layer is unknown, or the layer has no feature maps.
    """
    layers = tuple(sorted({read_target(text).layer for text in settings.layers}))
    build = _dream_loop.__wrapped__ if anew else _dream_loop
    network = settings.model, settings.preprocessing, for_this_machine(settings.precision)
    return build(*network, layers, settings.step_size, settings.jitter, settings.tile)
