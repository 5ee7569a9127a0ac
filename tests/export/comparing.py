"""What the outputs of exported models are compared by."""

import io

import numpy as np
from PIL import Image

__all__ = ["EIGHT_BITS", "assert_same", "picture"]

EIGHT_BITS = 1 / 255


def picture(data):
    return np.asarray(Image.open(io.BytesIO(data)), np.float32) / 255


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
