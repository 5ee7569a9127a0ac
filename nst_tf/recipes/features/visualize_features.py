"""`visualize_features` and `visualize_features_steps`: feature visualisation in Python."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import class_names
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.memory import FIXED, GIB, available_bytes, check_memory
from nst_tf.progress import Checkpoint, Progress, Result, last_result
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.feature_loop import GraphLoop, network_graph
from nst_tf.recipes.features.recipe import Features, feature_network, feature_noise
from nst_tf.recipes.features.settings import PRESETS, FeatureSettings
from nst_tf.recipes.features.sheet import lay_out
from nst_tf.recipes.features.target import Target, class_target, layer_target
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.settings import keywords

__all__ = ["Wanted", "prepare", "run_features", "visualize_features", "visualize_features_steps"]

SIZE = 128
BYTES = 8  # of memory for each value that a step of the network makes: itself, and its gradient


def prepare(target: Target, settings: FeatureSettings, graph: Graph) -> Features:
    """The recipe of some pictures, once it is sure that they can be made.

    Args:
        target: What to excite.
        settings: How.
        graph: Of the network.

    Raises:
        InputError: The layer cannot be computed for pictures of this size, or has no such unit, or there are more
            pictures than fit into memory.
    """
    layer = target.layer
    side = settings.size or _default_side(graph, layer)
    if settings.diversity and len(graph.step(layer).shape) != 4:
        raise InputError(f"layer {layer!r} gives no maps, by which diversity is measured; leave it out")
    check_memory(side, side)
    network = feature_network(graph, layer, settings)
    values = _first_values(network, settings, side)
    _check_unit(target, side, values[layer].shape)
    pictures = len(target.names) * settings.variants
    _check_memory(pictures, side, sum(value.shape.num_elements() for value in values.values()))
    # What activations are measured by: the deviation of the features on the noise at the start.
    unit = float(tf.math.reduce_std(tf.cast(values[layer], tf.float32))) or 1.0
    return Features(network, settings, target, side, unit)


def _first_values(network: GraphLoop, settings: FeatureSettings, side: int) -> dict[str, tf.Tensor]:
    """The output of each step up to the layer for one picture at the start."""
    graph, (layer,) = network.graph, network.layers
    try:
        noise = feature_noise(settings, 1, tf.constant([side, side]))
        values = graph.features(noise, [step.name for step in graph.upto([layer])])
    except (ValueError, tf.errors.InvalidArgumentError, tf.errors.AbortedError) as error:  # of Keras, TensorFlow
        raise InputError(_misfit(network, side)) from error
    if not tf.size(values[layer]):
        raise InputError(_misfit(network, side))
    return values


def _check_unit(target: Target, side: int, shape: tf.TensorShape) -> None:
    unit = target.unit
    if unit is not None and (unit[0] >= shape[1] or unit[1] >= shape[2]):
        raise InputError(
            f"unit is {tuple(unit)}; at {side} pixels {target.layer!r} has {shape[1]} rows and {shape[2]} columns"
        )


def _check_memory(pictures: int, side: int, values: int) -> None:
    need, available = FIXED + BYTES * values * pictures, available_bytes()
    if need > available:
        raise InputError(
            f"{pictures} pictures of {side}x{side} pixels need about {need / GIB:.1f} GiB of memory, and "
            f"{available / GIB:.1f} GiB are free; make fewer at a time, or smaller ones"
        )


def _misfit(network: GraphLoop, side: int) -> str:
    taken = network.graph.model.inputs[0].shape[1]
    wanted = "larger pictures are needed" if taken is None else f"the network is made for {taken}x{taken}"
    return f"{network.layers[0]!r} cannot be computed for pictures of {side}x{side} pixels; {wanted}"


def _default_side(graph: Graph, layer: str) -> int:
    has_positions = len(graph.step(layer).shape) == 4
    return SIZE if has_positions else graph.model.inputs[0].shape[1] or SIZE


@dataclass(frozen=True)
class Wanted:
    """What is to be excited, as one asks for it; see `visualize_features_steps`."""

    layer: str | None = None
    channels: Sequence[int] | None = None
    unit: tuple[int, int] | None = None
    direction: np.ndarray | None = None
    classes: Sequence[str | int] | None = None

    def target(self, graph: Graph, model: str | keras.Model) -> Target:
        """The features that are meant.

        Args:
            graph: Of the network.
            model: The network, as it was given.

        Raises:
            InputError: They are not there, or what was asked for does not go together.
        """
        if (self.layer is None) == (self.classes is None):
            raise InputError("a layer or classes must be given, and not both")
        if self.classes is None:
            return layer_target(graph, self.layer, self.channels, self.unit, self.direction)
        if self.channels is not None or self.unit is not None or self.direction is not None:
            raise InputError("channels, a unit and a direction are of a layer, and classes were given")
        return class_target(graph, self.classes, None if isinstance(model, keras.Model) else class_names(model))


def run_features(
    wanted: Wanted,
    settings: FeatureSettings,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[Progress]:
    """As `visualize_features_steps`, of settings; goes on from a checkpoint, see `coarse_to_fine`."""
    clock = Clock(time_limit)
    graph = network_graph(settings.model, settings.preprocessing, settings.precision)
    target = wanted.target(graph, settings.model)
    recipe = prepare(target, settings, graph)
    return coarse_to_fine(recipe, clock, lambda images: lay_out(images, target.names, settings.variants), checkpoint)


@keywords(PRESETS)
def visualize_features_steps(
    layer: str | None = None,
    *,
    channels: Sequence[int] | None = None,
    unit: tuple[int, int] | None = None,
    direction: np.ndarray | None = None,
    classes: Sequence[str | int] | None = None,
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Visualises features, and reports after every few steps; stop listening, and it stops.

    Args:
        layer: Name of a layer, `"outer/inner"` in a nested model.
        channels: Numbers of its channels, from 0; a picture each. Without them, the whole layer is excited.
        unit: Row and column of the one position that is to be excited; without it, all are.
        direction: In place of channels: `(channels,)`, or several, `(n, channels)`.
        classes: In place of a layer: names or numbers of the network's classes.
        preset: A key of `PRESETS`: `"default"`, `"draft"` or `"lucid"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `FeatureSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` has a `Sheet` as its picture.

    Raises:
        InputError: The network, what to excite or a setting cannot be used. Nothing was computed then.
    """
    settings = PRESETS.choose(preset, **changes)
    yield from run_features(Wanted(layer, channels, unit, direction, classes), settings, time_limit)


@keywords(visualize_features_steps)
def visualize_features(
    layer: str | None = None, *, callback: Callable[[Progress], object] | None = None, **options: Any
) -> Result:
    """Makes pictures that excite features of a network.

    Args:
        layer: Name of a layer; `None` if `classes` are given.
        callback: Called with each `Progress`; without one, a notebook shows a bar and the picture as it grows.
        **options: As for `visualize_features_steps`.

    Returns:
        The pictures: `picture` is a `Sheet`, with single `images` and their `names`.

    Raises:
        InputError: The network, what to excite or a setting cannot be used.

    Example:
        >>> result = nst_tf.visualize_features("relu5_2", channels=[3, 7], model="vgg16")
        >>> nst_tf.write_image("features.png", result.picture)
    """
    return last_result(visualize_features_steps(layer, **options), callback)
