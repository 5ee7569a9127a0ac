"""Images that are looked at tile by tile, as exactly as if they were looked at as a whole.

A tile is seen with a margin around it: all that its units see. Which positions of each layer count is decided once for
all tiles, so that each position of the whole image counts in just one of them. Where an image ends, its tiles end too,
so that they have the padding of the whole. Global statistics first, then gradients, as Galerne et al. 2024, "Scaling
Painting Style Transfer" (arXiv 2212.13459), do it for theirs.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.errors import InputError
from nst_tf.objectives import Objective
from nst_tf.objectives.part import IMAGE, Box, Tile

__all__ = ["Tiled", "Tiling", "exact_value", "in_tiles", "join", "pixels_of", "tiling"]

Look = Callable[[tf.Tensor], dict[str, tf.Tensor]]


def in_tiles(size: Sequence[int], tile: int) -> bool:
    """Whether images of this height and width are looked at by tiles of this side; 0 for no tiles."""
    return bool(tile) and max(size) > tile


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
            yield self.windows[number], _part(self.boxes, number)


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


def _box(spans: tuple[_Span, _Span], stride: Sequence[int], count: Sequence[int], image: Sequence[int]) -> list[int]:
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
    spans = list(itertools.product(rows, columns))
    windows = [[row.first, column.first, row.end, column.end] for row, column in spans]
    pixels = {IMAGE: ((1, 1), size)} | {layer: (field.stride, field.count) for layer, field in fields.items()}
    boxes = {
        layer: tf.constant([_box(both, stride, count, size) for both in spans])
        for layer, (stride, count) in pixels.items()
    }
    return Tiling(tf.constant(windows), boxes, len(columns))


def _part(boxes: Mapping[str, tf.Tensor], number: tf.Tensor | int) -> Tile:
    return Tile({layer: Box(*tf.unstack(tf.reshape(of_layer[number], [4, 2]))) for layer, of_layer in boxes.items()})


def pixels_of(image: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """What is looked at of an image `(batch, height, width, channels)` for a tile."""
    top, left, bottom, right = tf.unstack(window)
    return image[:, top:bottom, left:right]


def join(of_tiles: Sequence[Any], across: int) -> Any:
    """Puts together maps of all tiles, row by row, in any structure."""
    rows = [of_tiles[start : start + across] for start in range(0, len(of_tiles), across)]
    rows = [tf.nest.map_structure(lambda *maps: tf.concat(maps, 2), *row) for row in rows]
    return tf.nest.map_structure(lambda *maps: tf.concat(maps, 1), *rows)


class Tiled(Objective):
    """An objective of images that are looked at by tiles.

    Attributes:
        objective: One that is told from sums.
        windows: See `Tiling`.
        boxes: Likewise.
    """

    objective: Objective
    windows: tf.Tensor
    boxes: Mapping[str, tf.Tensor]


def _sums_of_a_tile(look: Look, images: tf.Tensor, tiled: Tiled) -> Any:
    """From the pixels and the number of a tile to what it adds; the network is traced once, for both passes."""

    def sums(seen, number):
        return tiled.objective.sums(look(seen), seen, _part(tiled.boxes, number))

    specs = tf.TensorSpec([images.shape[0], None, None, 3], images.dtype), tf.TensorSpec([], tf.int32)
    return tf.function(sums, input_signature=specs, autograph=False).get_concrete_function()


def _totals(sums: Any, images: tf.Tensor, windows: tf.Tensor) -> Any:
    """The sums over all tiles, added up in float64."""

    def add(number, totals):
        seen = pixels_of(images, windows[number])
        return number + 1, tf.nest.map_structure(
            lambda total, one: total + tf.cast(one, tf.float64), totals, sums(seen, number)
        )

    nothing = tf.nest.map_structure(lambda one: tf.zeros(one.shape, tf.float64), sums.structured_outputs)
    count = tf.shape(windows)[0]
    return tf.while_loop(lambda number, _: number < count, add, (tf.constant(0), nothing), parallel_iterations=1)[1]


def _value(objective: Objective, totals: Any) -> tuple[tf.Tensor, Any]:
    """The value by sums, and its slope along each of them, in float64: moments of large images need it."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(totals)
        value = objective.of_sums(totals)
    return value, tape.gradient(value, totals, unconnected_gradients="zero")


def _gradient(sums: Any, images: tf.Tensor, windows: tf.Tensor, slopes: Any) -> tf.Tensor:
    def add(number, gradient):
        seen = pixels_of(images, windows[number])
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(seen)
            measured = sums(seen, number)
        own = tape.gradient(measured, seen, slopes)
        return number + 1, _added(gradient, own, windows[number])

    count, nothing = tf.shape(windows)[0], tf.zeros_like(images)
    shapes = tf.TensorShape([]), images.shape
    start = tf.constant(0), nothing
    return tf.while_loop(lambda number, _: number < count, add, start, shapes, parallel_iterations=1)[1]


def _added(images: tf.Tensor, pixels: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """Images with what was made of a tile added where it lies."""
    top, left, bottom, right = tf.unstack(window)
    places = tf.stack(tf.meshgrid(tf.range(top, bottom), tf.range(left, right), indexing="ij"), -1)
    rows_first = tf.transpose(pixels, [1, 2, 0, 3])
    return tf.transpose(tf.tensor_scatter_nd_add(tf.transpose(images, [1, 2, 0, 3]), places, rows_first), [2, 0, 1, 3])


def exact_value(look: Look, images: tf.Tensor, tiled: Tiled) -> tf.Tensor:
    """The value of images of a size, `(batch,)`, whose gradient takes the memory of one tile.

    A first pass adds up what each tile has to say; the value follows from that, and so does how much each of these sums
    counts. A second pass takes the gradient of each tile with these weights, and adds up the pixels.

    Args:
        look: From pixels to features, by layer.
        images: `(batch, height, width, 3)`.
        tiled: The objective, and the tiles of images of this size.
    """
    still = tf.stop_gradient(images)
    sums = _sums_of_a_tile(look, still, tiled)
    value, slopes = _value(tiled.objective, _totals(sums, still, tiled.windows))
    slopes = tf.nest.map_structure(lambda slope: tf.cast(slope, images.dtype), slopes)
    gradient, value = _gradient(sums, still, tiled.windows, slopes), tf.cast(value, images.dtype)

    @tf.custom_gradient
    def known(images):
        del images
        return value, lambda upstream: upstream[:, None, None, None] * gradient

    return known(images)
