"""Which part of an image is looked at: all of it, or one of the tiles that a larger one is divided into.

What an objective says of an image follows from means over its positions. Of an image in tiles, these are the sums of
what the tiles have to give; so the statistics are those of the whole image, however it is divided.
"""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

__all__ = ["IMAGE", "WHOLE", "Box", "Part", "Tile"]

IMAGE = ""  # the name of the pixels among those of layers


class Part:
    """All of an image."""

    def cut(self, layer: str, maps: tf.Tensor) -> tf.Tensor:
        """Of maps of the pixels that are looked at, the positions that count."""
        return maps

    def of(self, layer: str, maps: tf.Tensor) -> tf.Tensor:
        """Of maps of the whole image, the same positions."""
        return maps

    def shared(self, layer: str, mean: tf.Tensor) -> tf.Tensor:
        """What a mean over the positions that count adds to that over all positions."""
        return mean

    def framed(self, image: tf.Tensor) -> tf.Tensor:
        """The pixels that count, and one more row and column: the next ones, or at the image's end the last ones."""
        return tf.pad(image, [[0, 0], [0, 1], [0, 1], [0, 0]], "SYMMETRIC")


WHOLE = Part()


class Box(NamedTuple):
    """Where the positions of a layer that count are; all int32 `(2,)`, rows before columns.

    Attributes:
        local: The first of them, in maps of the pixels that are looked at.
        size: How many.
        start: The first of them, in maps of the whole image.
        whole: How many positions that has.
    """

    local: tf.Tensor
    size: tf.Tensor
    start: tf.Tensor
    whole: tf.Tensor


class Tile(Part):
    """A part of an image that is looked at with a margin around it, which does not count.

    Args:
        boxes: By layer, and by `IMAGE` that of the pixels.
    """

    def __init__(self, boxes: Mapping[str, Box]):
        self.boxes = boxes

    def cut(self, layer: str, maps: tf.Tensor) -> tf.Tensor:
        box = self.boxes[layer]
        return _cut(maps, box.local, box.size)

    def of(self, layer: str, maps: tf.Tensor) -> tf.Tensor:
        box = self.boxes[layer]
        return _cut(maps, box.start, box.size)

    def shared(self, layer: str, mean: tf.Tensor) -> tf.Tensor:
        box = self.boxes[layer]
        share = tf.reduce_prod(tf.cast(box.size, tf.float64)) / tf.reduce_prod(tf.cast(box.whole, tf.float64))
        return mean * tf.cast(share, mean.dtype)

    def framed(self, image: tf.Tensor) -> tf.Tensor:
        box = self.boxes[IMAGE]
        last = tf.cast(box.start + box.size >= box.whole, tf.int32)
        seen = _cut(image, box.local, box.size + 1 - last)
        return tf.pad(seen, [[0, 0], [0, last[0]], [0, last[1]], [0, 0]], "SYMMETRIC")


def _cut(maps: tf.Tensor, start: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    # The gradient of an index of Python would take ten times as long as this one's.
    first, count = tf.concat([[0], start, [0]], 0), tf.concat([[-1], size, [-1]], 0)
    return tf.ensure_shape(tf.slice(maps, first, count), [maps.shape[0], None, None, maps.shape[-1]])
