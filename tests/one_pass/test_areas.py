"""Masks and regions as areas, and pictures painted by them in one pass."""

import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import Picture
from nst_tf.one_pass.areas import Region, areas_of, given_styles
from nst_tf.one_pass.painter import fast_stylize

CONTENT = Picture(np.random.default_rng(0).random((24, 36, 3), np.float32))
STYLE, OTHER = (Picture(np.full((20, 20, 3), value, np.float32)) for value in (0.2, 0.8))


def left(share, height=24, width=36):
    mask = np.zeros((height, width), np.float32)
    mask[:, : round(share * width)] = 1
    return mask


def masks(*arguments, **options):
    return [area.mask.numpy()[0, :, :, 0] for area in areas_of(CONTENT, *arguments, **options)]


def test_without_masks_one_area_is_everywhere():
    (area,) = areas_of(CONTENT, [STYLE, OTHER], (1.0, 3.0))
    assert area.mask is None
    assert list(map(float, area.shares)) == [1.0, 3.0]
    assert len(area.styles) == 2


def test_what_no_region_covers_takes_the_style_or_stays():
    region = Region(left(0.5), OTHER)
    rest, here = masks([STYLE], regions=[region])
    np.testing.assert_array_equal(here, left(0.5))
    np.testing.assert_array_equal(rest, 1 - left(0.5))
    (alone,) = masks([], regions=[region])
    np.testing.assert_array_equal(alone, left(0.5))


def test_regions_that_overlap_share_what_they_have_in_common():
    half, two_thirds = masks([], regions=[Region(left(0.5), STYLE), Region(left(2 / 3), OTHER)])
    np.testing.assert_array_equal(half, 0.5 * left(0.5))
    np.testing.assert_array_equal(two_thirds, left(2 / 3) - 0.5 * left(0.5))


def test_the_mask_bounds_all_areas():
    mask = np.full((24, 36), 0.25, np.float32)
    rest, here = masks([STYLE], mask=mask, regions=[Region(left(0.5), OTHER)])
    np.testing.assert_array_equal(here + rest, mask)


def test_styles_for_which_regions_leave_nothing_are_left_out():
    areas = areas_of(CONTENT, [STYLE], regions=[Region(np.ones((24, 36)), OTHER)])
    assert [float(area.styles[0].numpy().mean()) for area in areas] == [pytest.approx(0.8)]


def test_a_mask_of_another_size_and_the_same_aspect_ratio_is_brought_to_the_images():
    (found,) = masks([STYLE], mask=left(0.5, 12, 18))
    assert found.shape == (24, 36)
    np.testing.assert_array_equal(found[:, :14], 1)
    np.testing.assert_array_equal(found[:, 22:], 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mask": left(0.5, 30, 30)}, "the mask has 30x30 pixels and the content 36x24; both must be of one aspect"),
        ({"mask": np.zeros((24, 36))}, "the mask is black everywhere"),
        ({"regions": [Region(left(0.5, 30, 30), OTHER)]}, "mask of a region has 30x30 pixels and the content 36x24"),
        ({"regions": [Region(left(1), OTHER, left(0.5, 24, 36))]}, "mask of a style has 36x24 .* the style 20x20"),
        ({"mask": left(0.5), "regions": [Region(1 - left(0.5), OTHER)]}, "nothing of it would be painted"),
        ({"regions": [Region("left.png", OTHER)]}, "left.png"),
    ],
    ids=["aspect", "black", "region", "style", "outside", "path"],
)
def test_masks_that_cannot_be_used_are_refused_with_what_is_wrong(options, words):
    with pytest.raises(InputError, match=words):
        areas_of(CONTENT, [STYLE], **options)


def test_a_picture_needs_a_style_or_a_region():
    assert given_styles([], [Region(left(1), OTHER)]) == []
    with pytest.raises(InputError, match="no style"):
        given_styles([], [])


def test_one_pass_paints_each_region_and_leaves_the_rest_to_the_bit():
    red, blue = np.zeros((2, 32, 32, 3), np.float32)
    red[..., 0], blue[..., 2] = 0.9, 0.9
    red[::4], blue[:, ::4] = (0.5, 0.1, 0), (0, 0.1, 0.5)
    content = np.random.default_rng(1).random((48, 72, 3), np.float32)
    right = left(1, 48, 72) - left(2 / 3, 48, 72)
    regions = [Region(left(1 / 3, 48, 72), red), Region(right, blue)]
    made = fast_stylize(content, (), regions=regions, size=72).pixels
    np.testing.assert_array_equal(made[:, 24:48], content[:, 24:48])
    assert (made[:, :22, 0] > made[:, :22, 2] + 0.2).mean() > 0.95
    assert (made[:, 50:, 2] > made[:, 50:, 0] + 0.2).mean() > 0.95


def test_one_pass_learns_from_the_part_of_a_style_that_its_mask_shows():
    style = np.zeros((40, 40, 3), np.float32)
    style[:, :20, 0], style[:, 20:, 2] = 0.9, 0.9
    content, part = np.random.default_rng(1).random((40, 40, 3), np.float32), left(0.5, 40, 40)
    made = fast_stylize(content, (), regions=[Region(np.ones((40, 40)), style, part)], size=40).pixels
    assert (made[..., 0] > made[..., 2] + 0.2).mean() > 0.95
