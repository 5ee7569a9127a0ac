import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.images import Picture, as_mask, as_picture, as_pictures
from nst_tf.recipes.features.sheet import Sheet


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
        ("castle.jpg", r"cannot read castle\.jpg: there is no such file"),
        (Path("castle.jpg"), r"cannot read castle\.jpg: there is no such file"),
        (None, r"an image is None; it must be a Picture, an array \(height, width, 3\) or a path"),
        (Picture(np.zeros((4, 4), np.float32)), r"shape \(4, 4\)"),
        (SimpleNamespace(picture=Picture(np.zeros((4, 4, 3), np.float32))), r"or a path; its `picture` is one"),
    ],
)
def test_unusable_arrays_are_refused_with_what_is_wrong(image, words):
    with pytest.raises(InputError, match=words):
        as_picture(image)
    with pytest.raises(InputError, match=words):
        as_pictures(image)


def test_a_path_stands_for_what_is_in_the_file(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    for given in (tmp_path / "a.png", str(tmp_path / "a.png")):
        np.testing.assert_array_equal(as_picture(given).pixels, as_picture(pixels).pixels)
        assert len(as_pictures(given)) == 1
    assert len(as_pictures([tmp_path / "a.png", pixels])) == 2


def test_a_picture_is_told_by_its_size():
    assert repr(Picture(np.zeros((4, 5, 3), np.float32))) == "Picture 5x4"
    assert repr(Sheet(np.zeros((4, 5, 3), np.float32), names=("a",))) == "Sheet 5x4"


def test_a_picture_shows_itself_as_a_png():
    pixels, alpha = np.random.default_rng(0).random((4, 5, 3), np.float32), np.full((4, 5), 0.5, np.float32)
    shown = np.asarray(Image.open(io.BytesIO(Picture(pixels)._repr_png_())))
    np.testing.assert_array_equal(shown, np.rint(pixels * 255))
    assert Image.open(io.BytesIO(Picture(pixels, alpha)._repr_png_())).mode == "RGBA"


def test_what_is_transparent_is_white_on_white():
    alpha = np.array([[0, 0.25, 1]], np.float32)
    np.testing.assert_allclose(Picture(np.zeros((1, 3, 3), np.float32), alpha).on_white[0, :, 0], [1, 0.75, 0])


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
