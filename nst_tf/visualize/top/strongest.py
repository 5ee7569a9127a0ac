"""The strongest activations of every filter of every layer, found in one pass over any number of images.

Only the nine (or so) best of each filter are kept from batch to batch, on the device; of an image its strongest
position counts, as in Zeiler and Fergus 2013, figure 2. Of equal activations the earlier image wins, and of equal
positions the first in reading order, so that the result does not depend on how the images were divided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph

__all__ = ["COUNT", "Strongest", "StrongestPass", "merge"]

COUNT = 9


@dataclass(frozen=True)
class Strongest:
    """What is known of one layer after some images.

    Attributes:
        activations: float32 `(filters, count)`, falling; -inf where there were fewer images.
        images: int32 `(filters, count)`, the number of the image; -1 where there were fewer.
        positions: int32 `(filters, count, 2)`, row and column in the feature map; -1 where there were fewer images.
        zeros: int64 `(filters,)`, at how many positions of all images the activation is 0 or less.
        total: int64 `()`, the positions of all images.
    """

    activations: np.ndarray
    images: np.ndarray
    positions: np.ndarray
    zeros: np.ndarray
    total: np.ndarray

    @property
    def sparsity(self) -> np.ndarray:
        """The share of positions at which a filter is silent, float32 `(filters,)` in [0, 1]."""
        return np.asarray(self.zeros / np.maximum(self.total, 1), np.float32)


def merge(parts: Sequence[Strongest]) -> Strongest:
    """Joins what was found in different images: exactly what one pass over all of them finds."""
    activations, images, positions = (
        np.concatenate([getattr(part, name) for part in parts], 1) for name in ("activations", "images", "positions")
    )
    # An empty place has -inf and no image; it comes after every image.
    order = np.lexsort((images.astype(np.uint32), -activations), axis=1)[:, : parts[0].images.shape[1]]
    rows = np.arange(len(order))[:, None]
    best = (array[rows, order] for array in (activations, images, positions))
    return Strongest(*best, sum(part.zeros for part in parts), sum(part.total for part in parts))


class StrongestPass:
    """The pass over the images: `start()`, `state = add(state, images, indices)` for each batch, `result(state)`.

    Args:
        graph: Of the network.
        layers: Names of layers that give feature maps `(batch, rows, columns, filters)`, or units `(batch, filters)`.
        count: How many to keep of each filter.

    Raises:
        InputError: A layer is unknown.
    """

    def __init__(self, graph: Graph, layers: Sequence[str], count: int = COUNT):
        self.graph = graph
        self.layers = tuple(layers)
        self.count = count
        self._filters = {layer: graph.step(layer).shape[-1] for layer in layers}
        self.add = tf.function(self._add, autograph=False, reduce_retracing=True)

    def start(self, found: dict[str, Strongest] | None = None) -> dict[str, tuple[tf.Tensor, ...]]:
        """The state before the first image, or after those in which this was `found`."""
        found = found or {layer: self._nothing(filters) for layer, filters in self._filters.items()}
        names = [field.name for field in fields(Strongest)]
        return {layer: tuple(tf.constant(getattr(one, name)) for name in names) for layer, one in found.items()}

    def _nothing(self, filters: int) -> Strongest:
        shape = filters, self.count
        images, positions = np.full(shape, -1, np.int32), np.full((*shape, 2), -1, np.int32)
        activations, zeros = np.full(shape, -np.inf, np.float32), np.zeros(filters, np.int64)
        return Strongest(activations, images, positions, zeros, np.int64(0))

    def _add(self, state, images, indices):
        maps = self.graph.features(images, self.layers)
        return {layer: _updated(state[layer], maps[layer], indices) for layer in self.layers}

    def result(self, state: dict[str, tuple[tf.Tensor, ...]]) -> dict[str, Strongest]:
        """What was found, by layer."""
        return {layer: Strongest(*(tensor.numpy() for tensor in tensors)) for layer, tensors in state.items()}


def _updated(state: tuple[tf.Tensor, ...], maps: tf.Tensor, indices: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """The state after a batch; images of index -1 are none."""
    activations, images, positions, zeros, total = state
    flat = tf.reshape(tf.cast(maps, tf.float32), [tf.shape(maps)[0], -1, maps.shape[-1]])
    columns = tf.shape(maps)[2] if maps.shape.rank == 4 else 1
    places = tf.shape(flat)[1]
    real = indices >= 0
    strongest = tf.reduce_max(flat, 1)
    # Not argmax, which is several times slower along an axis that is not the last.
    where = tf.reshape(tf.range(places), [-1, 1])
    first = tf.reduce_min(tf.where(flat == strongest[:, None], where, places), 1)
    silent = tf.reduce_sum(tf.cast((flat <= 0) & real[:, None, None], tf.float32), [0, 1])
    candidates = tf.where(real[:, None], strongest, -np.inf)
    every = tf.concat([activations, tf.transpose(candidates)], 1)
    best, chosen = tf.math.top_k(every, activations.shape[1])
    numbers = tf.tile(indices[None], [tf.shape(every)[0], 1])
    first = tf.where(real[:, None, None], tf.stack([first // columns, first % columns], -1), -1)
    return (
        best,
        tf.gather(tf.concat([images, numbers], 1), chosen, batch_dims=1),
        tf.gather(tf.concat([positions, tf.transpose(first, [1, 0, 2])], 1), chosen, batch_dims=1),
        zeros + tf.cast(silent, tf.int64),
        total + tf.cast(places * tf.reduce_sum(tf.cast(real, tf.int32)), tf.int64),
    )
