"""Pictures of any size by a network of a few styles: layer after layer, each of them tile by tile.

Maps are normalised by their mean and variance over the whole picture, so no tile can go through the network alone.
Those that are as large as the picture are made twice rather than kept: once to be measured, once to be used.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from nst_tf.layers import UpsampleConv2D

__all__ = ["stylize_by_tiles"]

Places = np.ndarray  # numbers of rows or columns, one after the other but where they are reflected


class _Maps(NamedTuple):
    """Maps of a whole picture, of which only those parts are made that are looked at.

    Attributes:
        size: Their height and width.
        at: From rows and columns to what is there, float32 `(1, rows, columns, channels)`.
    """

    size: tuple[int, int]
    at: Callable[[Places, Places], tf.Tensor]

    def parts(self, count: tuple[int, int]) -> Iterator[tuple[slice, slice, tf.Tensor]]:
        """Where each tile is, of so many in a column and in a row, and what is there."""
        spans = [_divided(side, number) for side, number in zip(self.size, count, strict=True)]
        for rows, columns in itertools.product(*spans):
            yield rows, columns, self.at(*(np.arange(span.start, span.stop) for span in (rows, columns)))


def stylize_by_tiles(model: keras.Model, content: np.ndarray, shares: np.ndarray, tile: int) -> np.ndarray:
    """What a network makes of a picture: the same as at once, but for rounding.

    Args:
        model: One of `build_style_network`.
        content: `(height, width, 3)` in [0, 1], 8x8 pixels or larger.
        shares: Of each style, float32 `(styles,)` with a sum of 1.
        tile: The longest side of a tile in pixels.

    Returns:
        float32 of the same shape, in [0, 1].
    """
    height, width = content.shape[:2]
    network = _Network(model, tf.constant(shares[None]), (-(-height // tile), -(-width // tile)))
    whole = network.seen_normalised("conv1", _kept(content[None].astype(np.float32)))
    maps = network.normalised("conv3", _kept(network.normalised("conv2", whole)))
    for block in [layer.name for layer in model.layers if isinstance(layer, keras.layers.Add)]:
        inner = network.normalised(f"{block}a", _kept(maps))
        maps += network.normalised(f"{block}b", _kept(inner), activate=False)
    whole = network.seen_normalised("up2", _kept(network.normalised("up1", _kept(maps))))
    pixels = np.empty((*whole.size, 3), np.float32)
    for rows, columns, part in network.made("conv4", whole).parts(network.count):
        pixels[rows, columns] = tf.sigmoid(part)[0]
    return pixels[:height, :width]


class _Network(NamedTuple):
    """A model, the share of each style, `(1, styles)`, and how many tiles are in a column and in a row."""

    model: keras.Model
    shares: tf.Tensor
    count: tuple[int, int]

    def made(self, name: str, before: _Maps) -> _Maps:
        """What a layer makes of maps, reflected at their edges."""
        layer = self.model.get_layer(name)
        make, size = (_enlarged, 2) if isinstance(layer, UpsampleConv2D) else (_convolved, 1 / layer.strides[0])
        return _Maps(tuple(int(np.ceil(size * side)) for side in before.size), _made_at(make(layer, before)))

    def normalised(self, name: str, before: _Maps, activate: bool = True) -> np.ndarray:
        """What a layer and its normalisation make of maps, all of it."""
        raw = self.made(name, before)
        maps = np.empty((1, *raw.size, self.model.get_layer(f"{name}_norm").scale.shape[-1]), np.float32)
        scale, offset = self._factors(name, raw, maps)
        maps *= scale
        maps += offset
        return np.maximum(maps, 0, out=maps) if activate else maps

    def seen_normalised(self, name: str, before: _Maps) -> _Maps:
        """What a layer, its normalisation and its rectifier make of maps, made anew where it is looked at."""
        raw = self.made(name, before)
        scale, offset = self._factors(name, raw)
        return _Maps(raw.size, lambda rows, columns: tf.nn.relu(raw.at(rows, columns) * scale + offset))

    def _factors(self, name: str, raw: _Maps, into: np.ndarray | None = None) -> list[np.ndarray]:
        """The factors of a layer's normalisation; maps are kept on the way if there is something to keep them in."""
        total = np.zeros([2, 1])
        for rows, columns, part in raw.parts(self.count):
            mean, variance = (moment.numpy().astype(np.float64) for moment in tf.nn.moments(part, (0, 1, 2)))
            total = total + part.shape[1] * part.shape[2] * np.stack([mean, variance + mean**2])
            if into is not None:
                into[:, rows, columns] = part
        mean, square = total / np.prod(raw.size)
        moments = (tf.constant(moment[None], tf.float32) for moment in (mean, square - mean**2))
        return [factor.numpy() for factor in self.model.get_layer(f"{name}_norm").factors(self.shares, *moments)]


def _divided(side: int, count: int) -> list[slice]:
    edges = np.linspace(0, side, min(count, side) + 1).round().astype(int)
    return [slice(*span) for span in itertools.pairwise(edges)]


def _kept(maps: np.ndarray) -> _Maps:
    return _Maps(maps.shape[1:3], lambda rows, columns: tf.constant(maps[0][np.ix_(rows, columns)][None]))


def _made_at(make: Callable) -> Callable[[Places, Places], tf.Tensor]:
    """What is at rows and columns, from a function that makes all from the first to the last of them."""

    def at(rows: Places, columns: Places) -> tf.Tensor:
        first = rows.min(), columns.min()
        made = make(*((places.min(), places.max() + 1) for places in (rows, columns)))
        return tf.gather(tf.gather(made, rows - first[0], axis=1), columns - first[1], axis=2)

    return at


def _convolved(layer: keras.layers.Conv2D, before: _Maps) -> Callable:
    stride, around = layer.strides[0], layer.kernel_size[0] // 2

    def seen(first: int, end: int, side: int) -> Places:
        places = np.abs(np.arange(first * stride - around, (end - 1) * stride + around + 1))
        return side - 1 - np.abs(side - 1 - places)

    return lambda *spans: layer(before.at(*(seen(*span, side) for span, side in zip(spans, before.size, strict=True))))


def _enlarged(layer: UpsampleConv2D, before: _Maps) -> Callable:
    def seen(first: int, end: int, side: int) -> Places:
        return np.clip(np.arange(first // 2 - 1, (end - 1) // 2 + 2), 0, side - 1)

    def make(*spans: tuple[int, int]) -> tf.Tensor:
        made = layer.enlarged(before.at(*(seen(*span, side) for span, side in zip(spans, before.size, strict=True))))
        rows, columns = (slice(first % 2, first % 2 + end - first) for first, end in spans)
        return made[:, rows, columns]

    return make
