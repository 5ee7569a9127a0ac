import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import Picture, luminance
from nst_tf.recipes.given import as_picture, as_pictures, for_network, restore_color


def test_arrays_of_bytes_and_of_floats_are_the_same_picture():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    np.testing.assert_array_equal(as_picture(pixels).pixels, as_picture(pixels.astype(np.float32) / 255).pixels)


def test_one_image_and_a_sequence_of_one_are_the_same(castle):
    assert as_pictures(castle) == as_pictures([castle]) == [castle]
    assert len(as_pictures(castle.pixels)) == 1
    assert len(as_pictures(np.stack([castle.pixels] * 2))) == 2


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), r"shape \(4, 4\)"),
        (np.zeros((0, 4, 3)), "shape"),
        (np.full((2, 2, 3), 255.0), "values from 255"),
        (np.full((2, 2, 3), np.nan), "nan"),
        (np.zeros((2, 2, 3), np.int64), "int64"),
    ],
)
def test_unusable_arrays_are_refused_with_what_is_wrong(image, words):
    with pytest.raises(InputError, match=words):
        as_picture(image)


def test_no_style_is_refused():
    with pytest.raises(InputError, match="at least one"):
        as_pictures([])


def test_with_luminance_preserved_the_network_sees_grey_and_the_result_has_the_contents_chroma(castle, wave):
    guide, (style,) = for_network(castle.pixels, [wave.pixels], "luminance")
    assert np.ptp(guide, axis=2).max() == 0
    assert np.ptp(style, axis=2).max() == 0
    assert style.mean() == pytest.approx(guide.mean(), abs=0.02)
    grey = np.full_like(castle.pixels, 0.5)
    result = restore_color(grey, castle.pixels, "luminance")
    inside = ((result > 0) & (result < 1)).all(axis=2)
    chroma = lambda image: image - luminance(image)[..., None]  # noqa: E731
    np.testing.assert_allclose(chroma(result)[inside], chroma(castle.pixels)[inside], atol=1e-5)
    np.testing.assert_allclose(luminance(result)[inside], 0.5, atol=1e-5)


def test_with_the_histogram_preserved_the_style_has_the_contents_mean_colour(castle, wave):
    guide, (style,) = for_network(castle.pixels, [wave.pixels], "histogram")
    assert guide is castle.pixels
    np.testing.assert_allclose(style.mean((0, 1)), castle.pixels.mean((0, 1)), atol=0.03)


def test_without_preservation_nothing_changes(castle, wave):
    guide, styles = for_network(castle.pixels, [wave.pixels], None)
    assert guide is castle.pixels
    assert styles[0] is wave.pixels
    assert restore_color(guide, wave.pixels, None) is guide


def test_a_picture_passes_through():
    picture = Picture(np.zeros((2, 2, 3), np.float32))
    assert as_picture(picture) is picture
