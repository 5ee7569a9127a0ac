"""The mask of a request: which part of a picture is painted."""

import tensorflow as tf

from nst_tf.canvas.masks import VISIBLE, mask_at
from nst_tf.canvas.sizes import fit
from nst_tf.export.signature.batches import Check, Values
from nst_tf.export.signature.inputs import first_problem, problem_if

__all__ = ["checked_with_mask", "mask_of"]


def checked_with_mask(check: Check) -> Check:
    """A check that also finds the problem of a mask that does not fit the content, or is black."""

    def checked(values: Values) -> tf.Tensor:
        (mask, content), words = (tf.shape(values[name])[:2] for name in ("mask", "content")), []
        for own in (mask, content):
            words += [own[1], "x", own[0]]
        longest = tf.minimum(tf.reduce_max(mask), tf.reduce_max(content))
        apart = tf.reduce_max(tf.abs(fit(mask, longest) - fit(content, longest)))
        return first_problem(
            [
                check(values),
                problem_if(apart > 1, "mask_bytes has ", *words[:3], " pixels and content_bytes ", *words[3:],
                           "; both must be of one aspect ratio"),
                problem_if(tf.reduce_max(values["mask"]) < VISIBLE,
                           "mask_bytes is black everywhere; it must be white where to paint"),
            ]
        )  # fmt: skip

    return checked


def mask_of(values: Values, size: tf.Tensor) -> tf.Tensor:
    """The mask in a size, `(1, height, width, 1)` in [0, 1]; colours count by their mean."""
    return mask_at(tf.reduce_mean(values["mask"], -1, keepdims=True)[None], size)
