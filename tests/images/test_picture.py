from pathlib import Path

import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import Picture, as_mask, as_picture, as_pictures


def test_arrays_of_bytes_and_of_floats_are_the_same_picture():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    np.testing.assert_array_equal(as_picture(pixels).pixels, as_picture(pixels.astype(np.float32) / 255).pixels)


def test_one_image_and_a_sequence_of_one_are_the_same():
    grey = Picture(np.full((4, 5, 3), 0.5, np.float32))
    assert as_pictures(grey) == as_pictures([grey]) == [grey]
    assert len(as_pictures(grey.pixels)) == 1
    assert len(as_pictures(np.stack([grey.pixels] * 2))) == 2


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), r"shape \(4, 4\)"),
        (np.zeros((0, 4, 3)), "shape"),
        (np.full((2, 2, 3), 255.0), "values from 255"),
        (np.full((2, 2, 3), np.nan), "nan"),
        (np.zeros((2, 2, 3), np.int64), "int64"),
        ("castle.jpg", r"given as its path; read it first: nst_tf\.read_image\('castle\.jpg'\)"),
        (Path("castle.jpg"), r"given as its path; read it first: nst_tf\.read_image\('castle\.jpg'\)"),
        (None, r"an image is None; it must be a Picture, or an array \(height, width, 3\)"),
        (Picture(np.zeros((4, 4), np.float32)), r"shape \(4, 4\)"),
    ],
)
def test_unusable_arrays_are_refused_with_what_is_wrong(image, words):
    with pytest.raises(InputError, match=words):
        as_picture(image)
    with pytest.raises(InputError, match=words):
        as_pictures(image)


def test_no_style_is_refused():
    with pytest.raises(InputError, match="at least one"):
        as_pictures([])


def test_a_picture_passes_through():
    picture = Picture(np.zeros((2, 2, 3), np.float32))
    assert as_picture(picture) is picture


def test_a_mask_is_how_light_an_image_is_where_it_is_opaque():
    grey = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    np.testing.assert_allclose(as_mask(grey), grey, rtol=1e-6)
    np.testing.assert_allclose(as_mask((255 * grey).astype(np.uint8)), grey, atol=1 / 255)
    white, half = np.ones((4, 5, 3), np.float32), np.full((4, 5), 0.5, np.float32)
    np.testing.assert_array_equal(as_mask(Picture(white, half)), half)
    with pytest.raises(InputError, match=r"values from 0\.0 to 2\.0"):
        as_mask(2 * grey)
