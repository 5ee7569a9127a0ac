"""The numbers that networks are trained with."""

import tensorflow as tf

from nst_tf.errors import unknown

__all__ = ["PRECISIONS", "precision_policy"]

PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


def precision_policy(name: str) -> str:
    """The Keras policy of a precision: `"auto"` is mixed float16 where there is a GPU, and float32 elsewhere.

    Raises:
        InputError: There is no such precision.
    """
    if name not in PRECISIONS:
        raise unknown("precision", name, PRECISIONS)
    if name != "auto":
        return name
    return "mixed_float16" if tf.config.list_logical_devices("GPU") else "float32"
