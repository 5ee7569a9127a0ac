"""Nearest neighbours of features: which place of a painting each place of a picture is most like.

Two features, or two patches of them, are compared by the cosine of their angle. Where content is compared with style,
the maps F of each image are first centred and scaled by its own mean and deviation over all its positions, channel by
channel,

    U = (F - m) / s,    S(F)_p = F0_q,    q = argmax cos(U_p, U0_q)

so that what is unusual in one image is matched with what is unusual in the other, whatever their contrast. Kolkin et
al. 2022, "Neural Neighbor Style Transfer" (arXiv 2203.13215), opposed to which neither the scale nor the centre depends
on how the work is divided into chunks, patches of 3x3 features vote for each place, and layers are swapped one by one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

__all__ = [
    "Choices",
    "Places",
    "Weights",
    "choices_of",
    "looked_at",
    "nearest",
    "places_of",
    "salience",
    "standardise",
    "swap",
    "swapped",
    "unit",
]

SIMILARITIES = 2**24  # that are in memory at a time
MOST_PLACES = 4096  # of an image, on an even grid
# Principal axes in which features are compared. On a real pair at 256 px, the places found so have 0.90 to 0.96 of the
# cosine that the nearest by all features have (`python -m benchmarks neighbours`).
AXES = 32
LEAST_SPREAD = 1e-4  # of a channel, in the mean spread of all: one that hardly varies is not blown up
ROUNDING = 1e-8  # of the mean square, likewise: a constant image has no spread, but for what float32 leaves
TINY = 1e-12
Weights = Sequence[tf.Tensor | None]  # of the positions of several images


def unit(vectors: tf.Tensor, least: float = TINY) -> tf.Tensor:
    """Vectors of length 1 along the last axis, less where their squared length is not much above the least."""
    return vectors * tf.math.rsqrt(tf.reduce_sum(tf.square(vectors), -1, keepdims=True) + least)


def standardise(maps: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """Feature maps centred and scaled by their own mean and deviation over all positions.

    Args:
        maps: `(batch, rows, columns, channels)`.
        weights: Of the positions, `(1, rows, columns, 1)`, 1 in all; without them, all count alike.

    Returns:
        Likewise; 0 where an image is constant.
    """
    if weights is None:
        mean, variance = tf.nn.moments(maps, [1, 2], keepdims=True)
    else:
        weights = tf.cast(weights, maps.dtype)
        mean = tf.reduce_sum(weights * maps, [1, 2], keepdims=True)
        variance = tf.reduce_sum(weights * tf.math.squared_difference(maps, mean), [1, 2], keepdims=True)
    least = LEAST_SPREAD * tf.reduce_mean(variance, -1, keepdims=True)
    least += ROUNDING * tf.reduce_mean(tf.square(mean), -1, keepdims=True)
    return (maps - mean) * tf.math.rsqrt(variance + least + TINY)


def _framed(maps: tf.Tensor, window: int) -> tf.Tensor:
    """Maps with their edges repeated, so that there is a patch at every position."""
    edge = [window // 2] * 2
    return tf.pad(maps, [[0, 0], edge, edge, [0, 0]], "SYMMETRIC")


def salience(maps: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """How much there is to see at each position of an image: how far features are from its mean, at most 1.

        w_p = min(1, sqrt(mean_N(p) |U|^2 / channels))

    over the 3x3 positions N(p). A flat sky has less than 1, what stands out has 1.

    Args:
        maps: `(1, rows, columns, channels)`.
        weights: See `standardise`.

    Returns:
        float32 `(1, rows, columns, 1)`, in [0, 1].
    """
    energy = tf.reduce_mean(tf.square(standardise(tf.cast(maps, tf.float32), weights)), -1, keepdims=True)
    return tf.minimum(1.0, tf.sqrt(tf.nn.avg_pool2d(_framed(energy, 3), 3, 1, "VALID")))


def nearest(queries: tf.Tensor, keys: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The key with the largest inner product, for each query: by all of them, in chunks.

    Args:
        queries: `(queries, n)`.
        keys: `(keys, n)`.

    Returns:
        Which it is, int32 `(queries,)`, the first of equal ones; and the product, `(queries,)`.
    """
    count = tf.shape(queries)[0]
    rows = tf.maximum(1, SIMILARITIES // tf.shape(keys)[0])
    chunks = -(-count // rows)

    def look(chunk, found, products):
        product = tf.matmul(queries[chunk * rows : (chunk + 1) * rows], keys, transpose_b=True)
        best = tf.argmax(product, 1, output_type=tf.int32)
        return chunk + 1, found.write(chunk, best), products.write(chunk, tf.reduce_max(product, 1))

    arrays = [
        tf.TensorArray(dtype, chunks, element_shape=[None], infer_shape=False) for dtype in (tf.int32, queries.dtype)
    ]
    _, found, products = tf.while_loop(lambda chunk, *_: chunk < chunks, look, (0, *arrays), parallel_iterations=1)
    return found.concat(), products.concat()


class Places(NamedTuple):
    """Places of one or several images that others are compared with.

    Attributes:
        keys: What each place is like, of length 1, `(places, n)`.
        axes: The principal axes of standardised features that are compared, `(channels, axes)`.
        features: All features of the images, edges repeated, one image after the other, `(features, channels)`.
        middle: Where in `features` the middle of each place is, `(places,)`.
        row: How far it is from there to the next row, `(places,)`.
    """

    keys: tf.Tensor
    axes: tf.Tensor
    features: tf.Tensor
    middle: tf.Tensor
    row: tf.Tensor


def _patches(maps: tf.Tensor, window: int) -> tf.Tensor:
    """The patch at each position of one image, `(rows, columns, n)`."""
    if window == 1:
        return maps[0]
    sizes, ones = [1, window, window, 1], [1, 1, 1, 1]
    return tf.image.extract_patches(_framed(maps, window), sizes, ones, ones, "VALID")[0]


def _axes(standard: Sequence[tf.Tensor], weights: Weights) -> tf.Tensor:
    channels = standard[0].shape[-1]
    if channels <= AXES:
        return tf.eye(channels)
    standard = [maps if one is None else maps * tf.sqrt(one) for maps, one in zip(standard, weights, strict=True)]
    flat = tf.concat([tf.reshape(maps, [-1, channels]) for maps in standard], 0)
    # Eigenvalues are in ascending order.
    return tf.linalg.eigh(tf.matmul(flat, flat, transpose_a=True))[1][:, -AXES:]


def _grid(height: tf.Tensor, width: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Row and column of the places to look at, evenly spread: all if they are not too many."""
    area = tf.cast(height * width, tf.float32)
    step = tf.maximum(1, tf.cast(tf.math.ceil(tf.sqrt(area / MOST_PLACES)), tf.int32))
    rows, columns = (tf.range(tf.minimum(step // 2, side - 1), side, step) for side in (height, width))
    down, across = tf.meshgrid(rows, columns, indexing="ij")
    return tf.reshape(down, [-1]), tf.reshape(across, [-1])


def _within(weights: tf.Tensor, window: int) -> tuple[tf.Tensor, tf.Tensor]:
    """As `_grid`, of the positions that have at least half of the largest weight, and their patches if any have."""
    heavy = tf.cast(weights >= tf.reduce_max(weights) / 2, tf.float32)
    least = -tf.nn.max_pool2d(-heavy, window, 1, "SAME")
    found = tf.cast(tf.where(tf.where(tf.reduce_any(least > 0), least, heavy)[0, :, :, 0] > 0), tf.int32)
    step = tf.maximum(1, -(-tf.shape(found)[0] // MOST_PLACES))
    return found[::step, 0], found[::step, 1]


def looked_at(maps: tf.Tensor, weights: tf.Tensor | None, window: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Row and column of the places of an image that others are compared with; see `places_of`."""
    return _grid(*tf.unstack(tf.shape(maps)[1:3])) if weights is None else _within(weights, window)


def places_of(images: Sequence[tf.Tensor], window: int, weights: Weights = ()) -> Places:
    """The places of images that others can be compared with; at most 4096 of each.

    Args:
        images: Feature maps of each, `(1, rows, columns, channels)`, of any sizes.
        window: Side of the patches that are compared, odd.
        weights: Of the positions of each, see `standardise`: a place is where a weight is at least half of the largest.
    """
    weights = weights or [None] * len(images)
    standard = [standardise(*both) for both in zip(images, weights, strict=True)]
    axes, channels = _axes(standard, weights), images[0].shape[-1]
    keys, features, middles, rows, begin = [], [], [], [], 0
    for maps, own, one in zip(images, standard, weights, strict=True):
        down, across = looked_at(maps, one, window)
        patches = _patches(tf.tensordot(own, axes, 1), window)
        keys.append(unit(tf.gather_nd(patches, tf.stack([down, across], 1))))
        framed = _framed(maps, window)
        row = tf.shape(framed)[2]
        middles.append(begin + (down + window // 2) * row + across + window // 2)
        rows.append(tf.fill(tf.shape(down), row))
        features.append(tf.reshape(framed, [-1, channels]))
        begin += tf.shape(features[-1])[0]
    keys, features, middle, row = (tf.concat(parts, 0) for parts in (keys, features, middles, rows))
    return Places(keys, axes, features, middle, row)


def _step(window: int) -> int:
    """How far the patches that are compared are apart: along each side, a position is in one, or most in two."""
    return window // 2 + 1


def _overlapped(patches: tf.Tensor) -> tf.Tensor:
    """The sum of patches along a line, a step apart, where each lies: `(lines, patches, window, n)` to `(lines, step
    patches, n)`, from the middle of the first on."""
    lines, count, window, channels = tf.unstack(tf.shape(patches))
    reach = patches.shape[2] // 2
    own, others = patches[:, :, reach:], patches[:, 1:, :reach]
    total = own + tf.pad(others, [[0, 0], [0, 1], [1, 0], [0, 0]])
    return tf.reshape(total, [lines, count * (window - reach), channels])


def _laid(patches: tf.Tensor) -> tf.Tensor:
    """The sum of patches where each lies, `(rows, columns, window, window, n)` to `(step rows, step columns, n)`."""
    rows, columns, window, _, channels = tf.unstack(tf.shape(patches))
    side = patches.shape[2]
    across = _overlapped(tf.reshape(tf.transpose(patches, [0, 2, 1, 3, 4]), [rows * window, columns, side, channels]))
    across = tf.reshape(across, [rows, side, -1, channels])
    return tf.transpose(_overlapped(tf.transpose(across, [2, 0, 1, 3])), [1, 0, 2])


def _voted(places: Places, found: tf.Tensor, size: tf.Tensor, window: int) -> tf.Tensor:
    """What the places found, `(rows, columns)`, say of each position of a map of this size: the mean."""
    offsets = tf.range(window) - window // 2
    at = tf.gather(places.middle, found)[:, :, None, None] + offsets
    at += tf.gather(places.row, found)[:, :, None, None] * offsets[:, None]
    # The place found for p says what p + offset is to be.
    said = tf.gather(places.features, at)
    total, votes = _laid(said), _laid(tf.ones_like(said[..., :1]))
    return total[: size[0], : size[1]] / votes[: size[0], : size[1]]


def swap(maps: tf.Tensor, places: Places, window: int, weights: tf.Tensor | None = None) -> tf.Tensor:
    """S(F): the features of an image, each replaced by those of its nearest neighbour.

    Where neighbours are patches, a position is part of several, and gets the mean of what they say. Gradients do not
    pass.

    Args:
        maps: F, float32 `(1, rows, columns, channels)`.
        places: Where neighbours are sought, of the same layer.
        window: As it was for `places_of`.
        weights: Of the positions of the image, see `standardise`.

    Returns:
        As `maps`.
    """
    like = _patches(tf.tensordot(standardise(maps, weights), places.axes, 1), window)[
        :: _step(window), :: _step(window)
    ]
    found, _ = nearest(unit(tf.reshape(like, [-1, places.keys.shape[-1]])), places.keys)
    found = tf.reshape(found, tf.shape(like)[:2])
    return tf.stop_gradient(_voted(places, found, tf.shape(maps)[1:3], window))[None]


class Choices(NamedTuple):
    """Where the neighbours of an image are sought: in several images at once, or in each of them.

    Attributes:
        places: Of all images together, or of one after the other.
        shares: How much of what is found in each is wanted, `(len(places),)`, 1 in all.
    """

    places: tuple[Places, ...]
    shares: tf.Tensor


def choices_of(
    images: Sequence[tf.Tensor], window: int, shares: Sequence[float] = (), weights: Weights = ()
) -> Choices:
    """The places of one or several images.

    Args:
        images: Feature maps of each, `(1, rows, columns, channels)`, of any sizes.
        window: Side of the patches that are compared, odd.
        shares: How much of each image is wanted at every place; only their ratios matter. Without them, each place has
            one neighbour, in whichever image it is.
        weights: See `places_of`.
    """
    weights = weights or [None] * len(images)
    groups = [([image], [one]) for image, one in zip(images, weights, strict=True)] if shares else [(images, weights)]
    parts = np.asarray(shares or [1.0], np.float32)
    return Choices(tuple(places_of(few, window, own) for few, own in groups), tf.constant(parts / parts.sum()))


def swapped(
    maps: tf.Tensor, choices: Choices, window: int, share: tf.Tensor | float, weights: tf.Tensor | None = None
) -> tf.Tensor:
    """The features of an image, a share of each replaced by what its neighbours have there: (1 - a) F + a S(F).

    Args:
        maps: F, `(1, rows, columns, channels)`.
        choices: Where neighbours are sought, of the same layer.
        window: As it was for `choices_of`.
        share: a, a number, or one for each position, `(1, rows, columns, 1)`.
        weights: Of the positions of the image, see `standardise`.

    Returns:
        As `maps`.
    """
    found = [swap(tf.cast(maps, tf.float32), places, window, weights) for places in choices.places]
    neighbours = tf.cast(tf.tensordot(choices.shares, tf.stack(found), 1), maps.dtype)
    return maps + tf.cast(share, maps.dtype) * (neighbours - maps)
