"""Calls of exported models in Python, and what their outputs are compared by."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

__all__ = ["EIGHT_BITS", "assert_same", "called", "examples", "picture"]

EIGHT_BITS = 1 / 255


def picture(data):
    return np.asarray(Image.open(io.BytesIO(data)), np.float32) / 255


def examples(exported, name):
    """Small inputs of each signature that has any, by its name."""
    return {key: one.example for key, one in exported(name).servable.signatures.items() if one.example is not None}


def called(exported, name, signature, **inputs):
    """The outputs of the loaded signature, by name."""
    function = getattr(exported(name).loaded, signature)
    dtypes = {one.name: one.dtype for one in exported(name).servable.signatures[signature].inputs}
    return {key: value.numpy() for key, value in function(**{
        key: tf.constant(value, dtypes[key]) for key, value in inputs.items()
    }).items()}  # fmt: skip


def assert_same(found, expected):
    """Outputs are the same by name: pictures and floats within 8 bits, all else exactly."""
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        given = found[key]
        if key.endswith("_bytes"):
            given, value = picture(given[0]), picture(value[0])
        if value.dtype.kind == "f":
            np.testing.assert_allclose(given, value, atol=EIGHT_BITS, rtol=1e-3)
        else:
            np.testing.assert_array_equal(given, value)
