"""Occlusion: what a network answers when a grey square hides one place of the image after the other (Zeiler and Fergus
2013, section 4.2 and figure 7).

The paper gives neither size nor stride of the square. Ours: a fifth of the image's shorter side, and a fifth of that.
The image is divided into cells of stride x stride pixels, the grid of them centred on the image, and the square is
centred on each cell; what of it reaches beyond the image is cut off. So every pixel is covered, the borders too, and
the maps lie on the image as they are, whatever its shape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph, softmax_layer
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.errors import InputError
from nst_tf.images import Source, as_picture
from nst_tf.settings import keywords
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.settings import OCCLUSION

__all__ = ["Occlusion", "occlude", "square_starts"]


@dataclass(frozen=True)
class Occlusion:
    """What came of covering an image, place by place. Maps are `(rows, columns)`, one value for each place.

    Attributes:
        image: What the network saw, float32 `(height, width, 3)` in [0, 1].
        layer: The layer of `filter`.
        filter: The filter with the largest activation of the layer, in the image as it is.
        size: Of the square, in pixels.
        stride: Distance between neighbouring places, in pixels.
        tops: The first row that the square covers, int `(rows,)`; below 0 where it is cut off.
        lefts: Its first column, int `(columns,)`.
        projection: The filter's whole map projected down by the deconvnet, float32 `(height, width, 3)`, signed.
        activation: The sum of the filter's map (figure 7b).
        intact_activation: The same in the image as it is.
        target: The class that `probability` is of; `None` for a network without classes, as all that follow.
        probability: Of that class (figure 7d).
        intact_probability: The same in the image as it is.
        winner: The most probable class, int (figure 7e).
    """

    image: np.ndarray
    layer: str
    filter: int
    size: int
    stride: int
    tops: np.ndarray
    lefts: np.ndarray
    projection: np.ndarray
    activation: np.ndarray
    intact_activation: float
    target: int | None = None
    probability: np.ndarray | None = None
    intact_probability: float | None = None
    winner: np.ndarray | None = None


def square_starts(length: int, size: int, stride: int) -> np.ndarray:
    """The first pixel of the square at each place along one side of an image.

    Args:
        length: Of the side, in pixels.
        size: Of the square.
        stride: Of the places; there are `ceil(length / stride)`.

    Returns:
        int32 `(places,)`, symmetric about the middle of the image to within half a pixel.
    """
    places = -(-length // stride)
    doubled = stride * (2 * np.arange(places) + 1 - places) + length - size
    return (doubled // 2).astype(np.int32)


@keywords(OCCLUSION)
def occlude(
    model: keras.Model,
    image: Source,
    *,
    target: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    **changes: Any,
) -> Occlusion:
    """Slides a square over an image and records what the network answers.

    The covered images are made on the device, one batch at a time: the memory needed is that of a batch.

    Args:
        model: Takes images in [0, 1]. If it ends in a softmax of `(batch, classes)`, the classes are recorded too.
        image: A `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8, of a size that the network takes.
        target: The class whose probability is recorded; by default the most probable one of the image as it is.
        on_progress: Called with the number of places done and of all places.
        **changes: Attributes of `OcclusionSettings` to change; by default, as in the paper, its layer 5 is watched.

    Returns:
        The maps.

    Raises:
        InputError: The image is none; the layer is unknown, has no feature maps or cannot be projected; the class does
            not exist; the network does not take such an image; or a setting cannot be used.
    """
    settings, pixels = OCCLUSION.choose(**changes), as_picture(image).pixels
    size = settings.size or max(1, min(pixels.shape[:2]) // 5)
    stride, batch = settings.stride or max(1, size // 5), settings.batch
    tops, lefts = (square_starts(length, size, stride) for length in pixels.shape[:2])
    subject = _Subject(model, pixels, settings.layer, target)
    places = np.stack(np.meshgrid(tops, lefts, indexing="ij"), axis=-1).reshape(-1, 2)
    answer = _answers(subject, size, settings.value, batch)
    answers = _slide(answer, places, batch, on_progress or (lambda done, places: None))
    maps = {name: values.reshape(len(tops), len(lefts)) for name, values in answers.items()}
    return Occlusion(
        image=subject.image,
        layer=subject.layer,
        size=size,
        stride=stride,
        tops=tops,
        lefts=lefts,
        projection=_project(model, subject),
        **subject.intact,
        **maps,
    )


class _Subject:
    """A network before an image, with the filter and the class to watch."""

    def __init__(self, model: keras.Model, image: np.ndarray, layer: str | None, target: int | None):
        self.graph = Graph(model)
        self.layer = layer or _deepest(self.graph)
        self.softmax = softmax_layer(self.graph)
        _check(self.graph, self.layer, image)
        self.image = image
        maps, probabilities = self.look(tf.constant(self.image[None]))
        self.filter = int(tf.argmax(tf.reduce_max(maps, axis=[0, 1, 2])))
        self.intact = {"filter": self.filter, "intact_activation": float(tf.reduce_sum(maps[..., self.filter]))}
        if probabilities is not None:
            self.target = _check_class(target, probabilities[0].numpy())
            self.intact |= {"target": self.target, "intact_probability": float(probabilities[0, self.target])}
        elif target is not None:
            raise InputError(f"class {target} was asked for, but {model.name} does not end in the softmax of classes")

    def look(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        """The feature maps of the layer, and the probabilities of the classes."""
        found = self.graph.features(images, [name for name in (self.layer, self.softmax) if name])
        return found[self.layer], found.get(self.softmax)


def _deepest(graph: Graph) -> str:
    if not graph.maps:
        raise InputError(f"{graph.model.name} has no layer of feature maps")
    return graph.maps[-1]


def _check(graph: Graph, layer: str, image: np.ndarray) -> None:
    if len(graph.step(layer).shape) != 4:
        raise InputError(f"the layer {layer!r} has no feature maps; there is: {', '.join(graph.maps)}")
    receptive_field(graph, layer, *image.shape[:2])  # refuses images of a size that the network does not take


def _check_class(target: int | None, probabilities: np.ndarray) -> int:
    if target is None:
        return int(probabilities.argmax())
    if not 0 <= target < len(probabilities):
        raise InputError(f"there is no class {target}; the network has {len(probabilities)}, counted from 0")
    return target


def _cover(image: tf.Tensor, tops: tf.Tensor, lefts: tf.Tensor, size: int, value: float) -> tf.Tensor:
    """Copies of an image `(height, width, 3)`, each with a square covered: `(batch, height, width, 3)`."""
    down = tf.range(tf.shape(image)[0])[None, :] - tops[:, None]
    across = tf.range(tf.shape(image)[1])[None, :] - lefts[:, None]
    rows, columns = ((offset >= 0) & (offset < size) for offset in (down, across))
    return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], tf.cast(value, image.dtype), image)


def _answers(subject: _Subject, size: int, value: float, batch: int) -> Callable:
    """From places `(batch, 2)` to what the network answers there, each `(batch,)`."""
    image = tf.constant(subject.image)

    @tf.function(input_signature=[tf.TensorSpec((batch, 2), tf.int32)], autograph=False)
    def answer(places):
        maps, probabilities = subject.look(_cover(image, places[:, 0], places[:, 1], size, value))
        answers = {"activation": tf.reduce_sum(maps[..., subject.filter], axis=[1, 2])}
        if probabilities is not None:
            answers["probability"] = probabilities[:, subject.target]
            answers["winner"] = tf.argmax(probabilities, axis=-1)
        return answers

    return answer


def _slide(answer: Callable, places: np.ndarray, batch: int, on_progress: Callable) -> dict[str, np.ndarray]:
    """The answers at all places, each `(places,)`."""
    parts = []
    for start in range(0, len(places), batch):
        # One shape for all batches: the last place fills up the last batch.
        numbers = np.minimum(np.arange(start, start + batch), len(places) - 1)
        parts.append({name: values.numpy() for name, values in answer(tf.constant(places[numbers])).items()})
        on_progress(min(start + batch, len(places)), len(places))
    return {name: np.concatenate([part[name] for part in parts])[: len(places)] for name in parts[0]}


def _project(model: keras.Model, subject: _Subject) -> np.ndarray:
    deconv = Deconv(model, subject.layer, position="map")
    chosen = {"image": subject.image[None], "filter": np.array([subject.filter], np.int32)}
    return np.asarray(deconv(chosen)["projection"][0])
