"""Feature visualisation: pictures, made from noise, that excite a part of a network.

As in Erhan et al. (2009) and Simonyan et al. (arXiv 1312.6034), with the canvas, colours and transforms of Olah,
Mordvintsev and Schubert (2017, "Feature visualization"), which keep the pictures free of high-frequency noise.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import class_names
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.memory import FIXED, GIB, available_bytes, check_memory
from nst_tf.objectives import Objective, TotalVariation
from nst_tf.objectives.alpha_norm import AlphaNorm
from nst_tf.objectives.diversity import Diversity
from nst_tf.progress import Progress, Result, last_result
from nst_tf.recipes.driver import Clock, coarse_to_fine
from nst_tf.recipes.features.engine import FeatureEngine, feature_engine, network_graph
from nst_tf.recipes.features.settings import PRESETS, FeatureSettings
from nst_tf.recipes.features.sheet import Sheet, lay_out
from nst_tf.recipes.features.target import Target, class_target, layer_target

__all__ = ["Features", "visualize_features", "visualize_features_steps"]

SIZE = 128
BYTES = 8  # of memory for each value that a step of the network makes: itself, and its gradient
NOISE = 0.01  # deviation of the parameters at the start


class Features:
    """The visualisation of some features, a `Recipe`: one batch, on one scale.

    Args:
        target: What to excite.
        settings: How.
        engine: For the target's layer and these settings, see `feature_engine`.

    Raises:
        InputError: The layer cannot be computed for pictures of this size, or has no such unit, or there are more
            pictures than fit into memory.
    """

    def __init__(self, target: Target, settings: FeatureSettings, engine: FeatureEngine):
        self.target, self.settings, self.engine = target, settings, engine
        self.side = settings.size or _default_side(engine)
        self.sizes, self.steps = [(self.side, self.side)], [settings.steps]
        if settings.diversity and len(engine.graph.step(engine.layer).shape) != 4:
            raise InputError(f"layer {engine.layer!r} gives no maps, by which diversity is measured; leave it out")
        check_memory(self.side, self.side)
        values = self._first_values()
        self._check_unit(values[engine.layer].shape)
        self._check_memory(sum(value.shape.num_elements() for value in values.values()))
        # What activations are measured by: the deviation of the features on the noise at the start.
        self.unit = float(tf.math.reduce_std(values[engine.layer])) or 1.0

    def _first_values(self) -> dict[str, tf.Tensor]:
        """The output of each step up to the layer for one picture at the start."""
        graph, layer = self.engine.graph, self.engine.layer
        try:
            values = graph.features(self._noise(1), [step.name for step in graph.upto([layer])])
        except (ValueError, tf.errors.InvalidArgumentError, tf.errors.AbortedError) as error:  # of Keras, TensorFlow
            raise InputError(self._misfit()) from error
        if not tf.size(values[layer]):
            raise InputError(self._misfit())
        return values

    def _check_unit(self, shape: tf.TensorShape) -> None:
        unit = self.target.unit
        if unit is not None and (unit[0] >= shape[1] or unit[1] >= shape[2]):
            raise InputError(
                f"unit is {tuple(unit)}; at {self.side} pixels {self.engine.layer!r} has {shape[1]} rows and "
                f"{shape[2]} columns"
            )

    def _check_memory(self, values: int) -> None:
        pictures = len(self.target.names) * self.settings.variants
        need, available = FIXED + BYTES * values * pictures, available_bytes()
        if need > available:
            raise InputError(
                f"{pictures} pictures of {self.side}x{self.side} pixels need about {need / GIB:.1f} GiB of memory, and "
                f"{available / GIB:.1f} GiB are free; make fewer at a time, or smaller ones"
            )

    def _misfit(self) -> str:
        side = self.engine.graph.model.inputs[0].shape[1]
        wanted = "larger pictures are needed" if side is None else f"the network is made for {side}x{side}"
        return f"{self.target.layer!r} cannot be computed for pictures of {self.side}x{self.side} pixels; {wanted}"

    def start(self) -> tf.Tensor:
        """Noise, the same for each feature, another one for each of its variants."""
        return tf.tile(self._noise(self.settings.variants), [len(self.target.names), 1, 1, 1])

    def _noise(self, count: int) -> tf.Tensor:
        seed = [self.settings.seed, 0]
        noise = tf.random.stateless_normal([count, self.side, self.side, 3], seed, stddev=NOISE, alg="philox")
        return self.engine.canvas.image(noise)

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The parts of the objective; their sum is minimised."""
        settings, variants = self.settings, self.settings.variants
        parts = {"activation": -1 / self.unit * self.target.excitement(variants)}
        if settings.diversity and variants > 1:
            shares = np.kron(np.eye(len(self.target.names)), 1 - np.eye(variants)) / (variants - 1)
            parts["similarity"] = settings.diversity * Diversity(self.target.layer, tf.constant(shares, tf.float32))
        if settings.tv_weight:
            parts["total variation"] = settings.tv_weight * TotalVariation()
        if settings.l2_weight:
            parts["distance"] = settings.l2_weight * AlphaNorm(2.0)
        return parts

    def picture(self, image: tf.Tensor) -> Sheet:
        """The images of the batch as a sheet: a row for each feature if there are variants."""
        return lay_out(image.numpy(), self.target.names, self.settings.variants)


def _begin(features: Features, state: Any | None, size: tuple[int, int]) -> Any:
    return features.engine.loop.optimizer.start(features.start(), features.settings.seed)


def _default_side(engine: FeatureEngine) -> int:
    has_positions = len(engine.graph.step(engine.layer).shape) == 4
    return SIZE if has_positions else engine.graph.model.inputs[0].shape[1] or SIZE


def _choose_target(graph: Graph, model, layer, channels, unit, direction, classes) -> Target:
    if (layer is None) == (classes is None):
        raise InputError("a layer or classes must be given, and not both")
    if classes is None:
        return layer_target(graph, layer, channels, unit, direction)
    if channels is not None or unit is not None or direction is not None:
        raise InputError("channels, a unit and a direction are of a layer, and classes were given")
    return class_target(graph, classes, None if isinstance(model, keras.Model) else class_names(model))


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
    clock = Clock(time_limit)
    settings = PRESETS.choose(preset, **changes)
    graph = network_graph(settings.model, settings.preprocessing)
    target = _choose_target(graph, settings.model, layer, channels, unit, direction, classes)
    features = Features(target, settings, feature_engine(graph, target.layer, settings))
    yield from coarse_to_fine(features, clock, _begin)


def visualize_features(
    layer: str | None = None, *, callback: Callable[[Progress], object] | None = None, **options: Any
) -> Result:
    """Makes pictures that excite features of a network.

    Args:
        layer: Name of a layer; `None` if `classes` are given.
        callback: Called with each `Progress`.
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
