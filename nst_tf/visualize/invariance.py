"""How far features move when a picture does (Zeiler and Fergus 2013, figure 5).

For a picture x, a transform T of amount a and the features f of a layer: the Euclidean distance `|f(T_a x) - f(x)|`,
and its ratio to `|f(x)|`, by which layers and pictures can be compared. The paper does not say what a moved picture
shows beyond its edge; here that is the nearest pixel of the edge, which adds no edge of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import Source, as_picture
from nst_tf.visualize.warp import rotation, scaling, translation, warp

__all__ = ["DEGREES", "PIXELS", "RATIOS", "Invariance", "invariance"]

PIXELS = tuple(range(-60, 61, 5))
RATIOS = tuple(round(1 + 0.05 * step, 2) for step in range(17))
DEGREES = tuple(range(0, 351, 10))


@dataclass(frozen=True)
class Invariance:
    """The curves of one transform.

    Attributes:
        transform: `"translation"`, `"scale"` or `"rotation"`.
        amounts: `(amounts,)`: pixels downwards, ratios, or degrees anticlockwise.
        distances: By layer, float32 `(images, amounts)`: the Euclidean distance of the features from the original's.
        norms: By layer, float32 `(images,)`: the Euclidean norm of the original's features.
        probabilities: float32 `(images, amounts)`, of the true classes; `None` where no labels were given.
    """

    transform: str
    amounts: np.ndarray
    distances: dict[str, np.ndarray]
    norms: dict[str, np.ndarray]
    probabilities: np.ndarray | None

    def relative(self, layer: str) -> np.ndarray:
        """The distances divided by the norm of the original's features; NaN for an image that has none.

        Returns:
            float32 `(images, amounts)`.
        """
        distances, norms = self.distances[layer], self.norms[layer][:, None]
        return np.divide(distances, norms, out=np.full_like(distances, np.nan), where=norms > 0)


def invariance(
    graph: Graph,
    images: Sequence[Source],
    layers: Sequence[str] | None = None,
    *,
    labels: Sequence[int] | None = None,
    pixels: Sequence[float] = PIXELS,
    ratios: Sequence[float] = RATIOS,
    degrees: Sequence[float] = DEGREES,
    batch: int = 8,
) -> list[Invariance]:
    """Measures how the features of images change with vertical translation, scale and rotation.

    Args:
        graph: The network.
        images: Each a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8. Compiled once for
            every size among them.
        layers: Names of layers; the first and the last of `graph.maps` by default.
        labels: The number of each image's class, for a classifier: the network's output is then recorded at it.
        pixels: By how much the images are moved down.
        ratios: By how much they are enlarged about their centre.
        degrees: By how much they are turned anticlockwise about their centre.
        batch: How many transformed images run at once.

    Returns:
        The curves of translation, scale and rotation.

    Raises:
        InputError: There are no images or one is none, a ratio is not positive, a layer is unknown, or the labels do
            not fit the images or the network's output.
    """
    layers = list(layers or dict.fromkeys((graph.maps[0], graph.maps[-1])))
    graph.upto(layers)  # an unknown layer is refused here, not within the compiled function
    output = next(step.name for step in graph.steps if graph.outputs[0] in step.outputs)
    _check(graph, images, labels, ratios)
    features = _compiled(graph, layers if labels is None else [*layers, output], batch)
    measured = []
    for number, image in enumerate(as_picture(one).pixels for one in images):
        maps = _maps(image.shape, pixels, ratios, degrees)
        column = None if labels is None else (output, labels[number])
        measured.append(_measure(features, image, maps, batch, layers, column))
    ends = np.cumsum([1, len(pixels), len(ratios), len(degrees)])
    families = zip(("translation", "scale", "rotation"), (pixels, ratios, degrees), ends[:-1], ends[1:], strict=True)
    return [_curves(name, amounts, measured, slice(start, end)) for name, amounts, start, end in families]


def _check(graph: Graph, images: Sequence, labels: Sequence[int] | None, ratios: Sequence[float]) -> None:
    if not len(images):
        raise InputError("there are no images; at least one is needed")
    if any(ratio <= 0 for ratio in ratios):
        raise InputError(f"the ratio {min(ratios)} is not positive")
    if labels is None:
        return
    shape = graph.model.output_shape
    if len(shape) != 2:
        raise InputError(f"{graph.model.name} is not a classifier: its output is {shape}; leave the labels out")
    if len(labels) != len(images):
        raise InputError(f"there are {len(labels)} labels for {len(images)} images")
    wrong = [label for label in labels if not 0 <= label < shape[1]]
    if wrong:
        raise InputError(f"the label {wrong[0]} is none of the {shape[1]} classes, 0 to {shape[1] - 1}")


def _maps(shape: Sequence[int], pixels, ratios, degrees) -> np.ndarray:
    """The identity, and then the maps of the three transforms."""
    height, width = shape[:2]
    maps = [translation(0), *map(translation, pixels)]
    maps += [scaling(ratio, height, width) for ratio in ratios]
    return np.stack([*maps, *(rotation(angle, height, width) for angle in degrees)])


def _compiled(graph: Graph, layers: Sequence[str], batch: int):
    @tf.function(autograph=False)
    def features(image, maps):
        values = graph.features(warp(tf.repeat(image[None], batch, axis=0), maps), layers)
        return {name: tf.reshape(tf.cast(value, tf.float32), (batch, -1)) for name, value in values.items()}

    return features


def _measure(features, image, maps: np.ndarray, batch: int, layers: Sequence[str], column: tuple[str, int] | None):
    """An image's distances and norms by layer, and its probabilities."""
    image = tf.convert_to_tensor(image, tf.float32)
    padded = np.concatenate([maps, np.repeat(maps[:1], -len(maps) % batch, axis=0)])
    distances, probabilities, original = {name: [] for name in layers}, [], None
    for start in range(0, len(maps), batch):
        values = features(image, tf.constant(padded[start : start + batch]))
        original = original or {name: values[name][:1] for name in layers}
        for name in layers:
            distances[name].append(tf.norm(values[name] - original[name], axis=1))
        if column is not None:
            probabilities.append(values[column[0]][:, column[1]])
    joined = {name: np.concatenate(parts)[: len(maps)] for name, parts in distances.items()}
    norms = {name: np.float32(tf.norm(value)) for name, value in original.items()}
    return joined, norms, np.concatenate(probabilities)[: len(maps)] if probabilities else None


def _curves(name: str, amounts: Sequence[float], measured: list, part: slice) -> Invariance:
    distances, norms, probabilities = zip(*measured, strict=True)
    return Invariance(
        name,
        np.asarray(amounts, float),
        {layer: np.stack([image[layer][part] for image in distances]) for layer in distances[0]},
        {layer: np.array([image[layer] for image in norms]) for layer in norms[0]},
        None if probabilities[0] is None else np.stack([image[part] for image in probabilities]),
    )
