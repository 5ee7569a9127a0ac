"""Switches: which cell of its window each max pooled value came from, and the way back through them.

Zeiler and Fergus 2013, section 2.1: "In the convnet, the max pooling operation is non-invertible, however we can obtain
an approximate inverse by recording the locations of the maxima within each pooling region in a set of switch
variables." `tf.nn.max_pool_with_argmax` records them too, but its indices differ between devices, ignore padding, and
do not compile under XLA; these are plain comparisons and are the same everywhere.

A window of `rows x columns` cells begins at the pixel `(row * stride - before)` of the image, where `before` is 0 for
"valid" and half of what the windows reach over the edges (rounded down) for "same".
"""

import itertools
import math

import tensorflow as tf

from nst_tf.errors import unknown

__all__ = ["OVERLAPS", "flat_positions", "max_pool_switches", "sides", "unpool"]

OVERLAPS = ("sum", "last")

Pair = tuple[int, int]


def _shape(x: tf.Tensor) -> list:
    """The size of each axis: a whole number where it is known, a tensor where not."""
    if None not in x.shape:
        return list(x.shape)
    return [told if size is None else size for told, size in zip(tf.unstack(tf.shape(x)), x.shape, strict=True)]


def sides(x: tf.Tensor) -> list:
    """Height and width of `(batch, height, width, channels)`: ints where they are known, scalar tensors where not."""
    return _shape(x)[1:3]


def _at_least_0(n):
    return max(n, 0) if isinstance(n, int) else tf.maximum(n, 0)


def _before(side, positions, window: int, stride: int, padding: str):
    """How many cells of the first window lie outside the image, above it or to its left."""
    return 0 if padding == "valid" else _at_least_0((positions - 1) * stride + window - side) // 2


def _origin(pooled: tf.Tensor, height, width, pool_size: Pair, strides: Pair, padding: str) -> list:
    return [_before(*axis, padding) for axis in zip((height, width), sides(pooled), pool_size, strides, strict=True)]


def _reach(pool_size: Pair, strides: Pair) -> list[int]:
    """How many strides a window extends beyond its first."""
    return [(window - 1) // stride for window, stride in zip(pool_size, strides, strict=True)]


def _cells(x: tf.Tensor, positions: list, origin: list, pool_size: Pair, strides: Pair) -> list[tf.Tensor]:
    """For each cell of the window, in reading order, the pixels below it; those outside the image are NaN.

    They are cut from the image split into the phases of the stride: much faster on CPUs than steps of the stride.
    """
    _, height, width, channels = _shape(x)
    (rows, columns), (top, left), (down, across) = positions, origin, strides
    reach = _reach(pool_size, strides)
    lines, places = (rows + reach[0]) * down, (columns + reach[1]) * across
    margins = [(top, _at_least_0(lines - top - height)), (left, _at_least_0(places - left - width))]
    x = tf.pad(x, [(0, 0), *margins, (0, 0)], constant_values=tf.constant(math.nan, x.dtype))[:, :lines, :places]
    grid = tf.reshape(x, [-1, rows + reach[0], down, columns + reach[1], across, channels])
    return [
        grid[:, i // down : i // down + rows, i % down, j // across : j // across + columns, j % across]
        for i, j in itertools.product(*map(range, pool_size))
    ]


def max_pool_switches(x: tf.Tensor, pool_size: Pair, strides: Pair, padding: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Max pooling that tells where in its window each maximum was found.

    Args:
        x: `(batch, height, width, channels)`, floating point, of any range.
        pool_size: Height and width of the window in pixels.
        strides: Steps of the window in pixels.
        padding: `"valid"` or `"same"`.

    Returns:
        `(pooled, within)`, both `(batch, rows, columns, channels)`: the maxima, and the int32 index of the first cell
        of the window, in reading order, that holds it. Cells outside the image never do.
    """
    pooled = tf.nn.max_pool2d(x, pool_size, strides, padding.upper())
    positions = sides(pooled)
    origin = _origin(pooled, *sides(x), pool_size, strides, padding)
    # No comparison with a NaN holds, so a cell outside never wins, not even among infinities.
    cells = _cells(tf.maximum(x, x.dtype.min), positions, origin, pool_size, strides)
    # The first pixel inside the image, which every window has; it stands when the maximum is itself a NaN.
    within = tf.fill(tf.shape(pooled), origin[0] * pool_size[1] + origin[1])
    for index in reversed(range(len(cells))):
        within = tf.where(cells[index] >= pooled, index, within)
    return pooled, within


def flat_positions(
    within: tf.Tensor, height: int | tf.Tensor, width: int | tf.Tensor, pool_size: Pair, strides: Pair, padding: str
) -> tf.Tensor:
    """Where in the image the maxima were found.

    Args:
        within: The switches of `max_pool_switches`, `(batch, rows, columns, channels)`.
        height: Of the input of the pooling, in pixels, an int or a scalar tensor.
        width: As `height`.
        pool_size: Of the pooling, as `strides` and `padding`.
        strides: See `pool_size`.
        padding: See `pool_size`.

    Returns:
        `row * width + column` in the plane of the same image and channel, int32, in the shape of `within`.
    """
    top, left = _origin(within, height, width, pool_size, strides, padding)
    rows, columns = sides(within)
    row = (tf.range(rows) * strides[0] - top)[:, None, None] + within // pool_size[1]
    column = (tf.range(columns) * strides[1] - left)[:, None] + within % pool_size[1]
    return row * width + column


def _shift(x: tf.Tensor, down: int, across: int, reach: list[int]) -> tf.Tensor:
    return tf.pad(x, [(0, 0), (down, reach[0] - down), (across, reach[1] - across), (0, 0)])


def _phase(values: tf.Tensor, within: tf.Tensor, phase: Pair, pool_size: Pair, strides: Pair, overlap: str):
    """The unpooled pixels at `phase` modulo the stride, `reach` rows and columns more than there are windows."""
    reach = _reach(pool_size, strides)
    total = _shift(tf.zeros_like(tf.where(within == 0, values, 0)), 0, 0, reach)
    # A later window meets the same pixel with an earlier cell: the cells from the last to the first.
    for row in reversed(range(phase[0], pool_size[0], strides[0])):
        for column in reversed(range(phase[1], pool_size[1], strides[1])):
            shift = (row // strides[0], column // strides[1], reach)
            here = within == row * pool_size[1] + column
            placed = _shift(tf.where(here, values, 0), *shift)
            total = total + placed if overlap == "sum" else tf.where(_shift(here, *shift), placed, total)
    return total


def unpool(
    values: tf.Tensor,
    within: tf.Tensor,
    height: int | tf.Tensor,
    width: int | tf.Tensor,
    pool_size: Pair,
    strides: Pair,
    padding: str,
    overlap: str = "sum",
) -> tf.Tensor:
    """Puts each value at its switch, into an image of zeros.

    Args:
        values: `(batch, rows, columns, channels)`, of any range.
        within: The switches of `max_pool_switches`, of the same shape; a batch of 1 serves all of the other.
        height: Of the input of the pooling, in pixels, an int or a scalar tensor.
        width: As `height`.
        pool_size: Of the pooling, as `strides` and `padding`.
        strides: See `pool_size`.
        padding: See `pool_size`.
        overlap: Where several windows have the same switch: `"sum"` adds their values, as the gradient of max pooling
            does, `"last"` keeps that of the last window in reading order. The paper does not say.

    Returns:
        `(batch, height, width, channels)`.

    Raises:
        InputError: `overlap` is unknown.
    """
    if overlap not in OVERLAPS:
        raise unknown("overlap", overlap, OVERLAPS)
    top, left = _origin(within, height, width, pool_size, strides, padding)
    lines = [
        tf.stack([_phase(values, within, (a, b), pool_size, strides, overlap) for b in range(strides[1])], 3)
        for a in range(strides[0])
    ]
    grid = tf.stack(lines, 2)
    batch, rows, down, columns, across, channels = _shape(grid)
    image = tf.reshape(grid, [batch, rows * down, columns * across, channels])
    below = _at_least_0(height + top - rows * down)
    right = _at_least_0(width + left - columns * across)
    image = tf.pad(image, [(0, 0), (0, below), (0, right), (0, 0)])
    return image[:, top : top + height, left : left + width]
