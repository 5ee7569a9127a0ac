"""Images larger than memory: values, gradients and features of their tiles, one tile after the other.

At a tile's edge the network sees its padding instead of the neighbour. So roll the image by a random distance, up to
a tile's side, before every evaluation: the edges then lie elsewhere each time, and none of them is seen in the end.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

__all__ = ["join_tiles", "split_tiles", "tiled_features", "tiled_value"]

MULTIPLE = 32  # of the sides of tiles: pooling then drops no pixels


def _division(length: tf.Tensor, side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Into how many tiles of which length, at most `side` rounded up, an axis is divided evenly."""
    count = -(-length // side)
    return count, -(-length // (count * MULTIPLE)) * MULTIPLE


def _wrapped(images: tf.Tensor, length: tf.Tensor, axis: int) -> tf.Tensor:
    """Images continued by themselves along an axis, up to this length."""
    return tf.gather(images, tf.range(length) % tf.shape(images)[axis], axis=axis)


def split_tiles(images: tf.Tensor, side: int) -> tf.Tensor:
    """Cuts images into tiles of one size that do not overlap.

    Args:
        images: `(batch, height, width, channels)`. They are continued as if repeated, up to whole tiles.
        side: The longest side of a tile in pixels; rounded up to a multiple of 32.

    Returns:
        `(tiles, batch, rows, columns, channels)`, row by row.
    """
    batch, channels = images.shape[0], images.shape[-1]
    (down, rows), (across, columns) = (_division(tf.shape(images)[axis], side) for axis in (1, 2))
    whole = _wrapped(_wrapped(images, down * rows, 1), across * columns, 2)
    cut = tf.reshape(whole, [batch, down, rows, across, columns, channels])
    return tf.reshape(tf.transpose(cut, [1, 3, 0, 2, 4, 5]), [-1, batch, rows, columns, channels])


def join_tiles(tiles: tf.Tensor, height: tf.Tensor, width: tf.Tensor, side: int) -> tf.Tensor:
    """Puts together what was made of each tile of `split_tiles`.

    Args:
        tiles: `(tiles, batch, rows, columns, channels)`; maps, whose rows may be fewer than the tile's.
        height: Of the images that were split.
        width: Likewise.
        side: As it was for `split_tiles`.

    Returns:
        `(batch, rows, columns, channels)` of the whole tiles; more than the images had, if they were continued.
    """
    (down, _), (across, _) = (_division(length, side) for length in (height, width))
    batch, channels = tiles.shape[1], tiles.shape[-1]
    rows, columns = tf.shape(tiles)[2], tf.shape(tiles)[3]
    cut = tf.reshape(tiles, [down, across, batch, rows, columns, channels])
    return tf.reshape(tf.transpose(cut, [2, 0, 3, 1, 4, 5]), [batch, down * rows, across * columns, channels])


def tiled_value(value: Callable[..., tf.Tensor], side: int) -> Callable[..., tf.Tensor]:
    """Makes a value of images the mean of that of their tiles, whose gradient takes the memory of one tile only.

    Args:
        value: Maps images `(batch, height, width, 3)` and further arguments to `(batch,)`.
        side: The longest side of a tile in pixels; rounded up to a multiple of 32.

    Returns:
        A function of the same arguments.
    """

    def of_tiles(images: tf.Tensor, *arguments: Any) -> tf.Tensor:
        still = tf.stop_gradient(images)
        values, gradients = _of_each(value, split_tiles(still, side), arguments)
        height, width = tf.shape(images)[1], tf.shape(images)[2]
        gradient = join_tiles(gradients, height, width, side)[:, :height, :width]
        gradient /= tf.cast(tf.shape(values)[0], values.dtype)
        # The sum is 0 and has this gradient: that of the tiles need not be kept until it is asked for.
        return tf.reduce_mean(values, axis=0) + tf.reduce_sum(gradient * (images - still), axis=(1, 2, 3))

    return of_tiles


def _of_each(value, tiles, arguments):
    def one(tile):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(tile)
            measured = value(tile, *arguments)
        return measured, tape.gradient(measured, tile, unconnected_gradients="zero")

    made = tf.TensorSpec(tiles.shape[1:2], tiles.dtype), tf.TensorSpec(tiles.shape[1:], tiles.dtype)
    return tf.map_fn(one, tiles, fn_output_signature=made, parallel_iterations=1)


def tiled_features(
    extract: Callable[[tf.Tensor], dict[str, tf.Tensor]], side: int
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Makes an extractor of feature maps work tile by tile.

    Args:
        extract: Maps images `(batch, height, width, 3)` to feature maps by layer name.
        side: The longest side of a tile in pixels; rounded up to a multiple of 32.

    Returns:
        A function that gives the maps of the whole image, each tile's padded as if it were alone.
    """

    def of_tiles(images: tf.Tensor) -> dict[str, tf.Tensor]:
        tiles, (height, width) = split_tiles(images, side), tf.unstack(tf.shape(images)[1:3])
        made = tf.nest.map_structure(tf.TensorSpec.from_tensor, extract(tiles[0]))
        maps = tf.map_fn(extract, tiles, fn_output_signature=made, parallel_iterations=1)
        return {layer: join_tiles(of_layer, height, width, side) for layer, of_layer in maps.items()}

    return of_tiles
