"""Projections of some filters of one image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.errors import InputError
from nst_tf.images import Source, as_picture
from nst_tf.settings import keywords
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.settings import PROJECTION

__all__ = ["Projections", "deconv"]

AT_A_TIME = 16


@dataclass(frozen=True)
class Projections:
    """What in one image excites some filters of one layer.

    Attributes:
        image: float32 `(height, width, 3)` in [0, 1].
        layer: Name of the layer.
        filters: int32 `(n,)`.
        projections: float32 `(n, height, width, 3)`, signed.
        activations: float32 `(n,)`, at the positions.
        positions: int32 `(n, 2)`, row and column in the feature map.
        boxes: int32 `(n, 4)`, the receptive fields of the positions in the image: top, left, and exclusive bottom and
            right; of whole maps, the whole image.
    """

    image: np.ndarray
    layer: str
    filters: np.ndarray
    projections: np.ndarray
    activations: np.ndarray
    positions: np.ndarray
    boxes: np.ndarray


@keywords(PROJECTION)
def deconv(
    model: keras.Model,
    image: Source,
    layer: str,
    *,
    filters: Sequence[int] | None = None,
    strongest: int | None = None,
    position: str | tuple[int, int] = "strongest",
    **changes: Any,
) -> Projections:
    """Projects filters of a layer, given or those that the image excites most, down to the pixels.

    Args:
        model: The network.
        image: A `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8, of a size that the network takes.
        layer: Name of the layer.
        filters: Their numbers; `None` for the strongest.
        strongest: How many of those with the largest activation, falling, if `filters` is `None`.
        position: `"strongest"`, `"map"`, or a row and column for all filters.
        **changes: Attributes of `ProjectionSettings` to change; see `Deconv`.

    Raises:
        InputError: The image is none, a layer, filter, position or choice is unknown, or the layer cannot be projected.
    """
    settings, pixels, graph = PROJECTION.choose(**changes), as_picture(image).pixels, Graph(model)
    field = receptive_field(graph, layer, *pixels.shape[:2])
    maps = graph.features(tf.constant(pixels[None]), [layer])[layer][0]
    maps = tf.reshape(maps, [1, 1, -1]) if maps.shape.rank == 1 else maps
    chosen = _chosen(maps, filters, strongest)
    given = None if isinstance(position, str) else _check_position(position, maps.shape[:2])
    network = Deconv(model, layer, settings.rule, position if given is None else "given", settings.seed)
    found = [_project_some(network, pixels, chosen[n : n + AT_A_TIME], given) for n in range(0, len(chosen), AT_A_TIME)]
    projections, activations, positions = map(np.concatenate, zip(*found, strict=True))
    boxes = [(0, 0, *pixels.shape[:2]) if position == "map" else field.box(one) for one in positions]
    return Projections(pixels, layer, chosen, projections, activations, positions, np.array(boxes, np.int32))


def _chosen(maps: tf.Tensor, filters: Sequence[int] | None, strongest: int | None) -> np.ndarray:
    count = maps.shape[-1]
    if filters is None:
        return tf.argsort(tf.reduce_max(maps, [0, 1]), direction="DESCENDING", stable=True).numpy()[:strongest]
    for number in filters:
        if not 0 <= number < count:
            raise InputError(f"there is no filter {number}; the layer has {count}, 0 to {count - 1}")
    return np.array(filters, np.int32)


def _check_position(position: tuple[int, int], shape: Sequence[int]) -> np.ndarray:
    if not all(0 <= at < side for at, side in zip(position, shape, strict=True)):
        raise InputError(f"there is no position {position}; the feature map has {shape[0]} rows, {shape[1]} columns")
    return np.array(position, np.int32)


def _project_some(network: Deconv, image: np.ndarray, filters: np.ndarray, given: np.ndarray | None) -> tuple:
    inputs = {"image": image[None], "filter": filters}
    if given is not None:
        inputs["position"] = np.tile(given, (len(filters), 1))
    found = network(inputs)
    return tuple(found[name].numpy() for name in ("projection", "activation", "position"))
