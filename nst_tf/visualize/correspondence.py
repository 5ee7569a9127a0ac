"""Whether a network treats the same part of different pictures alike (Zeiler and Fergus 2013, section 4.3).

With the part of picture i masked, the features of a layer change by `eps_i = x_i - x~_i`, all units in one vector. Then

    Delta = 1 / (n (n - 1)) * sum over i != j of H(sign(eps_i), sign(eps_j))
    H(s, t) = (number of units u with s_u != t_u) / (number of units)

A sign is -1, 0 or 1, and 0 is a symbol of its own: two units that both stay as they are agree, and one that stays
differs from one that moves. The paper writes the bare sum, but heads its table "mean feature sign change": divided by
the number of pairs, Delta lies in [0, 1] for any number of pictures, as the paper's values do. Lower means more alike.

Delta grows with the share of units that a mask changes at all: with its size, with how much the network sees there, and
with its distance from the border. Compare parts with random boxes of the same sizes, which is what `random` is. In a
layer that has positions, a part must also be at about the same place in all pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import as_picture

__all__ = ["Correspondence", "correspondence", "pair_distances"]


@dataclass(frozen=True)
class Correspondence:
    """How alike a part of several pictures is treated at a layer.

    Attributes:
        part: Its name.
        layer: The layer's name.
        delta: The mean over pairs of pictures of the normalised Hamming distance, in [0, 1].
        deviation: The standard deviation over these pairs.
        random: The mean of `delta` over draws of random boxes of the part's sizes.
        random_deviation: The standard deviation over these draws.
    """

    part: str
    layer: str
    delta: float
    deviation: float
    random: float
    random_deviation: float


def pair_distances(signs: np.ndarray) -> np.ndarray:
    """The normalised Hamming distance of every pair of rows.

    Args:
        signs: `(images, units)` of -1, 0 and 1.

    Returns:
        float64 `(images (images - 1) / 2,)`, each the share of units in which the two differ.
    """
    return np.concatenate([np.mean(signs[row] != signs[row + 1 :], axis=1) for row in range(len(signs) - 1)])


def correspondence(
    graph: Graph,
    images: np.ndarray,
    parts: Mapping[str, np.ndarray],
    layers: Sequence[str] | None = None,
    *,
    fill: float | Sequence[float] = 0.5,
    repetitions: int = 10,
    seed: int = 0,
    batch: int = 8,
) -> list[Correspondence]:
    """Measures the correspondence of parts, and of random boxes of the same sizes.

    Args:
        graph: The network.
        images: `(images, height, width, 3)` in [0, 1].
        parts: By name, the boxes of that part: int `(images, 4)`, top, left, bottom, right in pixels, the last two
            exclusive.
        layers: Names of layers; all of `graph.maps` by default.
        fill: What covers the part: a grey or a colour, in [0, 1].
        repetitions: How often random boxes are drawn. They lie anywhere within the image.
        seed: Of these draws.
        batch: How many images run at once.

    Returns:
        One for each part and layer, part by part.

    Raises:
        InputError: There are fewer than two images or no draws, a box is empty or not inside its image, or a layer is
            unknown.
    """
    if len(images) < 2:
        raise InputError(f"correspondence compares images; it needs at least 2, not {len(images)}")
    images = np.stack([as_picture(image).pixels for image in images])
    if repetitions < 1:
        raise InputError(f"random boxes are drawn {repetitions} times; it must be at least once")
    layers = list(layers or graph.maps)
    graph.upto(layers)  # an unknown layer is refused here, not within the compiled function
    parts = {name: _check_boxes(name, boxes, images.shape) for name, boxes in parts.items()}
    signs = _compiled(graph, layers)
    generator = np.random.default_rng(seed)

    def distances(boxes: np.ndarray) -> dict[str, np.ndarray]:
        changes = _sign_changes(signs, images, boxes, fill, min(batch, len(images)))
        return {layer: pair_distances(values) for layer, values in changes.items()}

    results = []
    for name, boxes in parts.items():
        pairs = distances(boxes)
        draws = [distances(_random_boxes(boxes, images.shape, generator)) for _ in range(repetitions)]
        for layer in layers:
            random = [draw[layer].mean() for draw in draws]
            numbers = (pairs[layer].mean(), pairs[layer].std(), np.mean(random), np.std(random))
            results.append(Correspondence(name, layer, *map(float, numbers)))
    return results


def _check_boxes(name: str, boxes: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    boxes, (count, height, width) = np.asarray(boxes), shape[:3]
    if boxes.shape != (count, 4):
        raise InputError(f"the boxes of {name!r} have the shape {boxes.shape}; they must have {(count, 4)}")
    for box in boxes.tolist():
        top, left, bottom, right = box
        if not (0 <= top < bottom <= height and 0 <= left < right <= width):
            raise InputError(f"the box {box} of {name!r} is empty or not inside its image of {width}x{height} pixels")
    return boxes


def _random_boxes(boxes: np.ndarray, shape: Sequence[int], generator: np.random.Generator) -> np.ndarray:
    """Boxes of the same sizes, each anywhere in its image with equal probability."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    corners = generator.integers(0, np.array(shape[1:3]) - sizes, endpoint=True)
    return np.concatenate([corners, corners + sizes], axis=1)


def _compiled(graph: Graph, layers: Sequence[str]):
    @tf.function(autograph=False)
    def signs(images, masked):
        # Both in one shape and one program: what the mask does not reach is then equal to the last bit.
        before, after = graph.features(images, layers), graph.features(masked, layers)
        changes = {layer: tf.sign(before[layer] - after[layer]) for layer in layers}
        return {layer: tf.reshape(tf.cast(value, tf.int8), (value.shape[0], -1)) for layer, value in changes.items()}

    return signs


def _sign_changes(signs, images: np.ndarray, boxes: np.ndarray, fill, batch: int) -> dict[str, np.ndarray]:
    """By layer, `(images, units)`: the signs of what masking the boxes takes away."""
    parts = []
    for start in range(0, len(images), batch):
        # The last batch is filled up with the first images, so that one compiled shape serves all.
        chosen = np.arange(start, start + batch) % len(images)
        originals = np.asarray(images[chosen], np.float32)
        masked = originals.copy()
        for image, (top, left, bottom, right) in zip(masked, boxes[chosen], strict=True):
            image[top:bottom, left:right] = fill
        parts.append(signs(tf.constant(originals), tf.constant(masked)))
    return {layer: np.concatenate([part[layer] for part in parts])[: len(images)] for layer in parts[0]}
