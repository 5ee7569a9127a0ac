import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images.montage import LABEL, contact_sheet, montage


def test_images_stand_in_reading_order_with_gaps_between_them_only():
    images = np.random.default_rng(0).random((5, 3, 4, 3), np.float32)
    sheet = montage(images, columns=2, gap=1, background=0.25)
    assert sheet.shape == (3 * 3 + 2, 2 * 4 + 1, 3)
    assert sheet.dtype == np.float32
    gaps = np.ones(sheet.shape[:2], bool)
    for index, (top, left) in enumerate([(0, 0), (0, 5), (4, 0), (4, 5), (8, 0)]):
        np.testing.assert_array_equal(sheet[top : top + 3, left : left + 4], images[index])
        gaps[top : top + 3, left : left + 4] = False
    assert (sheet[gaps] == 0.25).all()


def test_without_gaps_a_full_montage_is_a_transposition_of_the_batch():
    images = np.random.default_rng(1).random((6, 2, 3, 3), np.float32)
    expected = images.reshape(2, 3, 2, 3, 3).transpose(0, 2, 1, 3, 4).reshape(4, 9, 3)
    np.testing.assert_array_equal(montage(list(images), 3, gap=0), expected)


def test_gap_is_two_white_pixels_unless_told():
    sheet = montage([np.zeros((1, 1, 3), np.float32)] * 2, 2)
    np.testing.assert_array_equal(sheet[0, :, 0], [0, 1, 1, 0])


def test_row_may_have_room_for_more_images_than_there_are():
    sheet = montage([np.zeros((1, 1, 3), np.float32)], 3, gap=0, background=0.5)
    np.testing.assert_array_equal(sheet[0, :, 0], [0, 0.5, 0.5])


def test_no_image_is_refused():
    with pytest.raises(InputError, match="at least one image"):
        montage([], 3)


@pytest.mark.parametrize("shape", [(2, 3, 3), (2, 2)])
def test_images_of_different_shapes_are_refused(shape):
    with pytest.raises(InputError, match=r"share one shape .*\(2, 2, 3\)"):
        montage([np.zeros((2, 2, 3)), np.zeros(shape)], 2)


def test_images_without_three_channels_are_refused():
    with pytest.raises(InputError, match=r"\(2, 2, 1\)"):
        montage(np.zeros((4, 2, 2, 1)), 2)


@pytest.mark.parametrize(("columns", "gap"), [(0, 2), (2, -1)])
def test_layout_that_cannot_be_is_refused(columns, gap):
    with pytest.raises(InputError, match=f"{columns} columns with {gap} pixels"):
        montage(np.zeros((1, 2, 2, 3)), columns, gap)


def test_a_contact_sheet_takes_images_of_any_sizes():
    small, wide = np.full((10, 10, 3), 0.5, np.float32), np.zeros((20, 60, 3), np.float32)
    sheet = contact_sheet([small, wide, small], ["a", "", "c"], 2, (20, 60, 3))
    assert sheet.shape == (2 * (LABEL + 20) + 8, 2 * 60 + 8, 3)
    np.testing.assert_allclose(sheet[LABEL : LABEL + 20, :20], 0.5, atol=1e-6)  # as high as its cell, on white
    assert sheet[LABEL : LABEL + 20, 20:60].min() == 1
    assert sheet[LABEL : LABEL + 20, 68:].max() == 0
    assert contact_sheet([small], [""], 1, small.shape).shape == small.shape
