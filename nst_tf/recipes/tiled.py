"""Objectives of images that are looked at tile by tile, with exact values and gradients.

Global statistics first, then gradients, as Galerne et al. 2024, "Scaling Painting Style Transfer" (arXiv 2212.13459),
do it for theirs.
"""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from nst_tf.objectives import Objective
from nst_tf.views.tiling import part_of, pixels_of

__all__ = ["Tiled", "exact_value"]

Look = Callable[[tf.Tensor], dict[str, tf.Tensor]]


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
        return tiled.objective.sums(look(seen), seen, part_of(tiled.boxes, number))

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
