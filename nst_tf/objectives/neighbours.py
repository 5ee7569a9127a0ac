"""Nearest neighbours of features: which place of a painting each place of a picture is most like.

Two features, or two patches of them, are compared by the cosine of their angle. Where content is compared with style,
the maps F of each image are first centred and scaled by its own mean and deviation over all its positions, channel by
channel,

    U = (F - m) / s,    S(F)_p = F0_q,    q = argmax cos(U_p, U0_q)

so that what is unusual in one image is matched with what is unusual in the other, whatever their contrast. Kolkin et
al. 2022, "Neural Neighbor Style Transfer" (arXiv 2203.13215), opposed to which neither the scale nor the centre depends
on how the work is divided into chunks, patches of 3x3 features vote for each place, and layers are swapped one by one.
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from nst_tf.objectives.places import Places, Sample, Weights, patches_of, sample, spread, together, unit
from nst_tf.operators import only_common

__all__ = ["Choices", "choices_of", "choices_of_samples", "nearest", "neighbours_of", "step_of", "swapped"]

# That are in memory at a time: as many as fit into a processor's last cache, and take less than what is given back each
# time where memory is scarce; on a GPU, as keep all of it at work.
SIMILARITIES, SIMILARITIES_ON_GPU = 4_000_000, 2**24
FOUND = 2**24  # numbers that were found for the positions of an image, likewise


def nearest(queries: tf.Tensor, keys: tf.Tensor) -> tf.Tensor:
    """Which key has the largest inner product, for each query: by all of them, in chunks.

    Args:
        queries: `(queries, n)`.
        keys: `(keys, n)`.

    Returns:
        int32 `(queries,)`, the first of equal ones.
    """
    if only_common():  # of which there are none for lists of what was found
        return tf.argmax(tf.matmul(queries, keys, transpose_b=True), 1, output_type=tf.int32)
    return (_compiled(queries.dtype) if tf.executing_eagerly() else _nearest)(queries, keys)


@functools.cache
def _compiled(dtype: tf.DType) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    some = tf.TensorSpec([None, None], dtype)
    return tf.function(_nearest, input_signature=[some, some], autograph=False)


def _nearest(queries: tf.Tensor, keys: tf.Tensor) -> tf.Tensor:
    count, across = tf.shape(queries)[0], tf.transpose(keys)  # which is multiplied in half of the time
    most = SIMILARITIES_ON_GPU if tf.config.list_logical_devices("GPU") else SIMILARITIES
    rows = tf.maximum(1, most // tf.shape(keys)[0])
    chunks = -(-count // rows)

    def look(chunk, found):
        product = tf.matmul(queries[chunk * rows : (chunk + 1) * rows], across)
        return chunk + 1, found.write(chunk, tf.argmax(product, 1, output_type=tf.int32))

    found = tf.TensorArray(tf.int32, chunks, element_shape=[None], infer_shape=False)
    return tf.while_loop(lambda chunk, _: chunk < chunks, look, (0, found), parallel_iterations=1)[1].concat()


def step_of(side: int) -> int:
    """How far the patches that are compared are apart: along each side, a position is in one, or most in two.

    Args:
        side: The side of the patches, odd.
    """
    return side // 2 + 1


def _overlapped(patches: tf.Tensor) -> tf.Tensor:
    """The sum of patches along a line, a step apart, where each lies: `(lines, patches, side, n)` to `(lines, step
    patches, n)`, from the middle of the first on."""
    lines, count, side, channels = tf.unstack(tf.shape(patches))
    reach = patches.shape[2] // 2
    own, others = patches[:, :, reach:], patches[:, 1:, :reach]
    total = own + tf.pad(others, [[0, 0], [0, 1], [1, 0], [0, 0]])
    return tf.reshape(total, [lines, count * (side - reach), channels])


def _laid(patches: tf.Tensor) -> tf.Tensor:
    """The sum of patches where each lies, `(rows, columns, side, side, n)` to `(step rows, step columns, n)`."""
    rows, columns, _, _, channels = tf.unstack(tf.shape(patches))
    side = patches.shape[2]
    across = _overlapped(tf.reshape(tf.transpose(patches, [0, 2, 1, 3, 4]), [rows * side, columns, side, channels]))
    across = tf.reshape(across, [rows, side, -1, channels])
    return tf.transpose(_overlapped(tf.transpose(across, [2, 0, 1, 3])), [1, 0, 2])


def _voted(places: Places, found: tf.Tensor, size: tf.Tensor, side: int) -> tf.Tensor:
    """What the places found, `(rows, columns)`, say of each position of a map of this size: the mean."""
    channels = places.patches.shape[-1] // side**2
    # The place found for p says what p + offset is to be.
    said = tf.reshape(tf.gather(places.patches, found), [*tf.unstack(tf.shape(found)), side, side, channels])
    total, votes = _laid(said), _laid(tf.ones_like(said[..., :1]))
    return total[: size[0], : size[1]] / votes[: size[0], : size[1]]


def _found(standard: tf.Tensor, places: Places, side: int) -> tf.Tensor:
    """What the neighbours among some places have where an image has these features."""
    like = patches_of(tf.tensordot(standard, places.axes, 1), side)[:: step_of(side), :: step_of(side)]
    found = nearest(unit(tf.reshape(like, [-1, places.keys.shape[-1]])), places.keys)
    return _voted(places, tf.reshape(found, tf.shape(like)[:2]), tf.shape(standard)[1:3], side)


class Choices(NamedTuple):
    """Where the neighbours of an image are sought: in several images at once, or in each of them.

    Attributes:
        places: Of all images together, or of one after the other.
        shares: How much of what is found in each is wanted, `(len(places),)`, 1 in all.
    """

    places: tuple[Places, ...]
    shares: tf.Tensor


def choices_of_samples(samples: Sequence[Sample], shares: Sequence[float | tf.Tensor] = ()) -> Choices:
    """The places of one or several images that samples were taken of; see `choices_of`."""
    groups = [[one] for one in samples] if shares else [samples]
    parts = tf.stack([tf.cast(share, tf.float32) for share in shares or [1.0]])
    return Choices(tuple(together(group) for group in groups), parts / tf.reduce_sum(parts))


def choices_of(
    images: Sequence[tf.Tensor], side: int, shares: Sequence[float | tf.Tensor] = (), weights: Weights = ()
) -> Choices:
    """The places of one or several images.

    Args:
        images: Feature maps of each, `(1, rows, columns, channels)`, of any sizes.
        side: Side of the patches that are compared, odd.
        shares: How much of each image is wanted at every place; only their ratios matter. Without them, each place has
            one neighbour, in whichever image it is.
        weights: See `places_of`.
    """
    weights = weights or [None] * len(images)
    samples = [sample(maps, side, own) for maps, own in zip(images, weights, strict=True)]
    return choices_of_samples(samples, shares)


def neighbours_of(standard: tf.Tensor, choices: Choices, side: int) -> tf.Tensor:
    """What neighbours have where an image has these features: S(F), without gradients.

    Args:
        standard: U, standardised features `(1, rows, columns, channels)` of an image or of a part of it, which begins
            at a row and a column whose numbers are multiples of `side // 2 + 1`. As far from the part's edges as that
            they are those of the whole image.
        choices: Where neighbours are sought, of the same layer.
        side: As it was for `choices_of`.

    Returns:
        float32 `(rows, columns, channels)`.
    """
    found = [_found(standard, places, side) for places in choices.places]
    return tf.stop_gradient(tf.tensordot(choices.shares, tf.stack(found), 1) if len(found) > 1 else found[0])


def swapped(
    maps: tf.Tensor, choices: Choices, side: int, share: tf.Tensor | float, weights: tf.Tensor | None = None
) -> tf.Tensor:
    """The features of an image, a share of each replaced by what its neighbours have there: (1 - a) F + a S(F).

    Where neighbours are patches, a position is part of several, and gets the mean of what they say. Gradients do not
    pass through S. So many rows at a time are looked at as memory shall hold, which makes no difference.

    Args:
        maps: F, `(1, rows, columns, channels)`.
        choices: Where neighbours are sought, of the same layer.
        side: As it was for `choices_of`.
        share: a, a number, or one for each position, `(1, rows, columns, 1)`.
        weights: Of the positions of the image, see `spread`.

    Returns:
        As `maps`.
    """
    (mean, scale), step = spread(tf.cast(maps, tf.float32), weights), step_of(side)
    rows, columns = tf.unstack(tf.shape(maps)[1:3])
    shares = tf.broadcast_to(tf.cast(share, tf.float32), [1, rows, columns, 1])
    if only_common():
        wide = tf.cast(maps, tf.float32)
        both = wide + shares * (neighbours_of((wide - mean) * scale, choices, side) - wide)
        return tf.cast(both, maps.dtype)
    count = FOUND * step // (choices.places[0].patches.shape[-1] * (columns // step + 1))
    count = tf.minimum(tf.maximum(count // step, 1) * step, rows)
    strips = -(-rows // count)

    def look(strip, made):
        first = strip * count
        above = tf.minimum(first, step)
        wide = tf.cast(maps[:, first - above : first + count + step], tf.float32)
        neighbours = neighbours_of((wide - mean) * scale, choices, side)[above:][:count]
        own = wide[0, above:][:count]
        both = own + shares[0, first : first + count] * (neighbours - own)
        return strip + 1, made.write(strip, tf.cast(both, maps.dtype))

    made = tf.TensorArray(maps.dtype, strips, element_shape=[None, None, maps.shape[-1]], infer_shape=False)
    _, made = tf.while_loop(lambda strip, _: strip < strips, look, (0, made), parallel_iterations=1)
    return made.concat()[None]
