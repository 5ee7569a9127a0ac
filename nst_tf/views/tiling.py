"""How images are divided into tiles, so that they can be looked at as exactly as if they were looked at as a whole.

A tile is seen with a margin around it: all that its units see. Which positions of each layer count is decided once for
all tiles, so that each position of the whole image counts in just one of them. Where an image ends, its tiles end too,
so that they have the padding of the whole.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.errors import InputError
from nst_tf.objectives.part import IMAGE, Box, Tile

__all__ = ["Tiling", "divided", "in_tiles", "join", "padded_to", "part_of", "pixels_of", "tiling"]


def in_tiles(size: Sequence[int], tile: int) -> bool:
    """Whether images of this height and width are looked at by tiles of this side; 0 for no tiles."""
    return bool(tile) and max(size) > tile


Pair = tuple[int, int]


class Tiling(NamedTuple):
    """How images of one size are divided into tiles, row by row.

    Attributes:
        windows: The pixels that are looked at for each tile, int32 `(tiles, 4)`: top, left, and exclusive bottom and
            right.
        boxes: By layer, and by `IMAGE` for the pixels, which positions count, int32 `(tiles, 8)`: as `Box` has them.
        across: How many tiles are in a row.
    """

    windows: tf.Tensor
    boxes: Mapping[str, tf.Tensor]
    across: int

    def parts(self) -> Iterator[tuple[tf.Tensor, Tile]]:
        """The window and the part of each tile."""
        for number in range(len(self.windows)):
            yield self.windows[number], part_of(self.boxes, number)


class _Span(NamedTuple):
    """One tile along one axis: pixels looked at, and those that count."""

    first: int
    end: int
    core: int
    core_end: int


def _spans(length: int, side: int, stride: int, before: int, after: int) -> list[_Span]:
    count = max(1, min(-(-length // side), length // stride))
    edges = [stride * round(number * length / count / stride) for number in range(count)] + [length]
    return [
        _Span(max(0, core - before), min(length, end + after if end < length else length), core, end)
        for core, end in itertools.pairwise(edges)
    ]


def _box(spans: tuple[_Span, _Span], stride: Pair, count: Pair, image: Pair) -> list[int]:
    """`Box`, as eight numbers."""
    local, size, start = [], [], []
    for span, step, whole, length in zip(spans, stride, count, image, strict=True):
        end = whole if span.core_end == length else span.core_end // step
        start.append(span.core // step)
        local.append((span.core - span.first) // step)
        size.append(end - start[-1])
    return [*local, *size, *start, *count]


def _fields(graph: Graph, layers: Sequence[str], height: int, width: int) -> dict[str, ReceptiveField]:
    return {layer: receptive_field(graph, layer, height, width, by_place=True) for layer in layers}


def tiling(graph: Graph, layers: Sequence[str], size: tuple[int, int], side: int, further: int = 0) -> Tiling:
    """How images of a size are divided, so that what a network's layers see of them can be told from tiles.

    Args:
        graph: Of the network.
        layers: Names of the layers.
        size: Height and width of the images, in pixels.
        side: About the longest side of a tile, in pixels, without its margin.
        further: Positions of each layer around those that count, that are to be right too.

    Raises:
        InputError: The network is none that sees only a part of an image at each place, and the same in each part.
    """
    fields = _fields(graph, layers, *size)
    for layer, field in fields.items():
        if field.whole or len(set(field.stride)) > 1:
            raise InputError(f"what the layer {layer!r} sees is not local, so images cannot be looked at by tiles")
    step = math.lcm(*(field.stride[0] for field in fields.values()))
    before = max(-min(field.offset) + further * field.stride[0] for field in fields.values())
    after = max(max(field.size) + max(field.offset) + (further - 1) * field.stride[0] for field in fields.values())
    before, after = (max(1, -(-margin // step)) * step for margin in (before, after))
    rows, columns = (_spans(length, side, step, before, after) for length in size)
    for tile in {(row.end - row.first, column.end - column.first) for row in rows for column in columns}:
        seen = _fields(graph, layers, *tile)
        if any(seen[layer].offset != fields[layer].offset for layer in layers):
            raise InputError("the network pads parts of images in another way than images, so tiles would differ")
    return _tiling(rows, columns, size, {layer: (field.stride, field.count) for layer, field in fields.items()})


def divided(size: tuple[int, int], side: int, margin: int, step: int, strides: Mapping[str, int]) -> Tiling:
    """How images of a size are divided into tiles with a margin that is known.

    Args:
        size: Height and width of the images, in pixels.
        side: About the longest side of a tile, in pixels, without its margin.
        margin: In pixels, a multiple of `step`.
        step: What the sides of all tiles but the last ones are multiples of, in pixels; a multiple of all strides.
        strides: By layer, how many pixels its positions are apart; divisors of `size`.
    """
    rows, columns = (_spans(length, side, step, margin, margin) for length in size)
    maps = {layer: ((stride,) * 2, tuple(length // stride for length in size)) for layer, stride in strides.items()}
    return _tiling(rows, columns, size, maps)


def _tiling(rows: list[_Span], columns: list[_Span], size: Pair, maps: Mapping[str, tuple[Pair, Pair]]) -> Tiling:
    """The tiling of an image of this size, and of maps of these strides and counts of positions."""
    spans = list(itertools.product(rows, columns))
    windows = [[row.first, column.first, row.end, column.end] for row, column in spans]
    boxes = {
        layer: tf.constant([_box(both, stride, count, size) for both in spans])
        for layer, (stride, count) in {IMAGE: ((1, 1), size), **maps}.items()
    }
    return Tiling(tf.constant(windows), boxes, len(columns))


def part_of(boxes: Mapping[str, tf.Tensor], number: tf.Tensor | int) -> Tile:
    """What counts in one of the tiles; see `Tiling.boxes`."""
    return Tile({layer: Box(*tf.unstack(tf.reshape(of_layer[number], [4, 2]))) for layer, of_layer in boxes.items()})


def pixels_of(image: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """What is looked at of an image `(batch, height, width, channels)`: top, left, and exclusive bottom and right."""
    top, left, bottom, right = tf.unstack(window)
    return image[:, top:bottom, left:right]


def padded_to(size: tf.Tensor, part: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """An image of this height and width that is 0 but for a part of it, which `pixels_of` gives back."""
    around = tf.stack([window[:2], size - window[2:]], 1)
    image = tf.pad(part, tf.pad(around, [[1, 1], [0, 0]]))
    image.set_shape([part.shape[0], None, None, part.shape[-1]])  # which is forgotten where padding is no constant
    return image


def join(of_tiles: Sequence[Any], across: int) -> Any:
    """Puts together maps of all tiles, row by row, in any structure."""
    rows = [of_tiles[start : start + across] for start in range(0, len(of_tiles), across)]
    rows = [tf.nest.map_structure(lambda *maps: tf.concat(maps, 2), *row) for row in rows]
    return tf.nest.map_structure(lambda *maps: tf.concat(maps, 1), *rows)
