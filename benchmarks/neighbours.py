"""What the quick search for neighbours, in a few principal axes and on a grid, loses against one by all features."""

from typing import Any

import numpy as np
import tensorflow as tf

import nst_tf
from nst_tf.images import fit, resize_image
from nst_tf.objectives.neighbours import nearest
from nst_tf.objectives.places import looked_at, places_of, standardise
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.study import PATCH_SIDES

__all__ = ["measure", "table"]


def _image(name: str, size: int) -> tf.Tensor:
    pixels = nst_tf.read_image(nst_tf.sample(name)).pixels
    return tf.constant(resize_image(pixels, fit(pixels.shape, size))[None])


def _patches(maps: tf.Tensor, side: int) -> tf.Tensor:
    """Those at all positions, of length 1, `(positions, n)`."""
    edge, sides, ones = [side // 2] * 2, [1, side, side, 1], [1] * 4
    patches = tf.image.extract_patches(
        tf.pad(maps, [[0, 0], edge, edge, [0, 0]], "SYMMETRIC"), sides, ones, ones, "VALID"
    )
    return tf.math.l2_normalize(tf.reshape(patches, [-1, patches.shape[-1]]), 1)


def _loss(content: tf.Tensor, style: tf.Tensor, side: int) -> dict[str, float]:
    """Of one layer's maps."""
    places, own, other = places_of([style], side), standardise(content), standardise(style)
    queries, keys = _patches(own, side), _patches(other, side)
    quick = nearest(_patches(tf.tensordot(own, places.axes, 1), side), places.keys)
    down, across = looked_at(tf.shape(style)[1:3], None, side)
    found = tf.gather(down * style.shape[2] + across, quick)
    best = nearest(queries, keys)
    exact, kept = (float(tf.reduce_mean(tf.reduce_sum(queries * tf.gather(keys, one), 1))) for one in (best, found))
    return {"exact": exact, "quick": kept, "same": float(np.mean(found == best))}


def measure(size: int = 256) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data.

    Args:
        size: Longest side of both images in pixels.

    Returns:
        By layer, the mean cosine of each place of the photograph, with all features, to its nearest of all places of
        the painting (`exact`), and to the one that the quick search finds (`quick`); and how often they are the same
        (`same`).
    """
    encoder = load_stylizer().encoder
    content, style = (encoder(_image(name, size)) for name in ("neuschwanstein", "great_wave"))
    return {layer: _loss(content[layer], style[layer], side) for layer, side in PATCH_SIDES.items()}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    return "\n".join(
        f"neighbours on {layer:17} {found['quick']:9.3f} is the mean cosine, {found['exact']:.3f} by all features; "
        f"the same place in {100 * found['same']:.0f} %"
        for layer, found in measured.items()
    )
