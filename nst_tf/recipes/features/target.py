"""What a picture of features is to excite: channels, units, directions or a whole layer, or the scores of classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nst_tf.backbones.graph import Graph, Step, is_relu, softmax_layer
from nst_tf.errors import InputError, unknown
from nst_tf.objectives import Activation, Direction, Objective

__all__ = ["Target", "class_target", "layer_target"]


@dataclass(frozen=True)
class Target:
    """Features of one layer, each to be excited by pictures of its own.

    Attributes:
        layer: Where they are measured.
        names: What each is called.
        channels: Their numbers; `None` for directions and for the whole layer.
        vectors: Directions, float32 `(n, channels)`; `None` for channels and for the whole layer.
        unit: Row and column of the position that counts; `None` for the mean of all.
    """

    layer: str
    names: tuple[str, ...]
    channels: np.ndarray | None = None
    vectors: np.ndarray | None = None
    unit: tuple[int, int] | None = None

    def excitement(self, variants: int) -> Objective:
        """The activation of each image's feature, for a batch of so many variants of every feature in turn."""
        if self.vectors is not None:
            return Direction(self.layer, np.repeat(self.vectors, variants, axis=0), self.unit)
        if self.channels is not None:
            return Activation(self.layer, np.repeat(self.channels, variants), self.unit)
        return Activation(self.layer, unit=self.unit, power=2)


def layer_target(
    graph: Graph,
    layer: str,
    channels: Sequence[int] | None = None,
    unit: tuple[int, int] | None = None,
    direction: np.ndarray | None = None,
) -> Target:
    """Features of a layer.

    Channels and directions of a rectified layer are measured before the rectification: on noise, many filters are
    silent everywhere behind it, and have no gradient there.

    Args:
        graph: Of the network.
        layer: Name of a layer that gives feature maps or is dense.
        channels: Numbers from 0; each is a feature of its own. Without them and a direction, the mean square of the
            whole layer is excited, as in DeepDream.
        unit: Row and column of one position of the maps.
        direction: `(channels,)`, or several, `(n, channels)`.

    Raises:
        InputError: The layer, or a feature of it, is not there, or not of that kind.
    """
    if channels is not None and direction is not None:
        raise InputError("channels and a direction were given; a picture can excite one of them only")
    step = graph.step(layer)
    if len(step.shape) not in (2, 4):
        raise InputError(f"layer {layer!r} gives {step.shape}; it must give feature maps or be dense")
    if unit is not None:
        _check_unit(layer, step, unit)
    if channels is not None:
        numbers = _numbers(layer, step, channels)
        names = tuple(f"{layer} channel {number}" for number in numbers)
        return Target(_before_relu(graph, step), names, channels=numbers, unit=unit)
    if direction is not None:
        vectors = _vectors(layer, step, direction)
        names = tuple(f"{layer} direction {number}" for number in range(len(vectors)))
        return Target(_before_relu(graph, step), names, vectors=vectors, unit=unit)
    return Target(layer, (layer,), unit=unit)


def class_target(graph: Graph, classes: Sequence[str | int], known: Sequence[str] | None) -> Target:
    """Scores of classes before the softmax (Simonyan et al., arXiv 1312.6034, section 2).

    Args:
        graph: Of a network with one output, `(batch, classes)`.
        classes: Names or numbers.
        known: The names of all its classes in order; `None` if it has none.

    Raises:
        InputError: The network is no classifier, or has no such class.
    """
    step = _output(graph)
    numbers = [_class_number(step, one, known) for one in classes]
    names = tuple(known[number] if known else f"class {number}" for number in numbers)
    layer = step.name if softmax_layer(graph) is None else _source(graph, step) or step.name
    return Target(layer, names, channels=np.array(numbers, np.int32))


def _source(graph: Graph, step: Step) -> str | None:
    """The name of what a step takes its input from; `None` if no name says just that."""
    names = [one.name for one in graph.steps if step.inputs[0] in one.outputs]
    return names[0] if names and step.inputs[0] in graph.step(names[0]).outputs[:1] else None


def _before_relu(graph: Graph, step: Step) -> str:
    return (is_relu(step.operation) and _source(graph, step)) or step.name


def _check_unit(layer: str, step: Step, unit: tuple[int, int]) -> None:
    if len(step.shape) != 4:
        raise InputError(f"layer {layer!r} has no rows and columns, so it has no unit {tuple(unit)}; choose channels")
    if len(unit) != 2 or min(unit) < 0:
        raise InputError(f"unit is {tuple(unit)}; it must be a row and a column, each 0 or more")


def _numbers(layer: str, step: Step, channels: Sequence[int]) -> np.ndarray:
    count = step.shape[-1] or 0
    for channel in channels:
        if not 0 <= channel < count:
            raise InputError(f"layer {layer!r} has the channels 0 to {count - 1}, and no channel {channel}")
    if not len(channels):
        raise InputError("channels is empty; it must hold one number or more")
    return np.array(channels, np.int32)


def _vectors(layer: str, step: Step, direction: np.ndarray) -> np.ndarray:
    vectors = np.atleast_2d(np.asarray(direction, np.float32))
    if vectors.ndim != 2 or vectors.shape[1] != step.shape[-1] or not np.isfinite(vectors).all():
        raise InputError(
            f"the direction has the shape {np.shape(direction)}; for layer {layer!r} it must hold "
            f"{step.shape[-1]} finite numbers, or rows of as many"
        )
    return vectors


def _output(graph: Graph) -> Step:
    steps = [step for step in graph.steps if list(step.outputs) == graph.outputs]
    if not steps or len(steps[0].shape) != 2:
        raise InputError(f"{graph.model.name} is no classifier: its output is not (batch, classes); choose a layer")
    return steps[0]


def _class_number(step: Step, one: str | int, known: Sequence[str] | None) -> int:
    if known and one in known:
        return list(known).index(one)
    if str(one).isdecimal() and int(one) < (step.shape[-1] or 0):
        return int(one)
    raise unknown("class", one, known or [f"0 to {step.shape[-1] - 1}"])
