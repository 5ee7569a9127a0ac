"""Masks against NumPy, pixel by pixel."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas.masks import VISIBLE, composite, guide, mask_at, weights_of, window_around


def mask_of(height, width, box, value=1.0):
    top, left, bottom, right = box
    mask = np.zeros((1, height, width, 1), np.float32)
    mask[:, top:bottom, left:right] = value
    return mask


def test_a_mask_of_the_wanted_size_is_left_as_it_is():
    mask = np.random.default_rng(0).random((1, 7, 5, 1), np.float32)
    np.testing.assert_array_equal(mask_at(mask, tf.constant([7, 5])), mask)


def test_a_smaller_mask_keeps_how_much_there_is_and_what_is_whole():
    mask = mask_of(64, 64, (0, 0, 64, 32))
    small = mask_at(mask, tf.constant([8, 8])).numpy()[0, :, :, 0]
    assert small.mean() == pytest.approx(0.5, abs=1e-6)
    np.testing.assert_array_equal(small[:, :3], 1)
    np.testing.assert_array_equal(small[:, 5:], 0)


def test_a_unit_is_in_the_guide_if_all_that_it_sees_is_in_the_mask():
    size, reach, stride = 48, 10, 4
    mask = mask_of(size, size, (8, 0, 40, 31))
    found = guide(mask, tf.constant([size // stride] * 2), reach).numpy()[0, :, :, 0]
    for row, column in np.ndindex(found.shape):
        middle = np.array([row, column]) * stride + stride // 2
        low, high = np.maximum(middle - (reach - 1) // 2, 0), middle + reach // 2 + 1
        seen = mask[0, low[0] : high[0], low[1] : high[1], 0]
        assert found[row, column] == seen.min()


@pytest.mark.parametrize("reach", [0, 40])
def test_of_a_mask_smaller_than_what_units_see_its_share_of_each_counts(reach):
    mask = mask_of(48, 48, (18, 18, 30, 30))
    found = guide(mask, tf.constant([12, 12]), reach)
    np.testing.assert_array_equal(found, mask_at(mask, tf.constant([12, 12])))
    np.testing.assert_allclose(tf.reduce_sum(weights_of(found)), 1, rtol=1e-5)


def test_weights_are_the_squares_of_the_guide_and_1_in_all():
    guide = np.random.default_rng(0).random((1, 4, 3, 1), np.float32)
    np.testing.assert_allclose(weights_of(guide), guide**2 / np.sum(guide**2), rtol=1e-6)


def test_a_composite_is_either_image_to_the_bit_where_the_mask_is_whole():
    over, under = np.random.default_rng(0).random((2, 1, 4, 6, 3), np.float32)
    mask = mask_of(4, 6, (0, 0, 4, 2)) + mask_of(4, 6, (0, 2, 4, 4), 0.25)
    found = composite(mask, over, under).numpy()
    np.testing.assert_array_equal(found[:, :, :2], over[:, :, :2])
    np.testing.assert_array_equal(found[:, :, 4:], under[:, :, 4:])
    np.testing.assert_allclose(found[:, :, 2:4], (0.25 * over + 0.75 * under)[:, :, 2:4], rtol=1e-6)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((20, 33, 21, 40), (8, 24, 32, 48)),  # 7 pixels further on each side, to the next multiples of 8
        ((0, 0, 1, 1), (0, 0, 8, 8)),
        ((40, 60, 45, 67), (32, 48, 45, 67)),  # where the image ends
        ((0, 0, 45, 67), (0, 0, 45, 67)),
    ],
)
@pytest.mark.parametrize("value", [1.0, VISIBLE / 10])
def test_the_window_of_a_mask_has_all_of_it_a_margin_and_sides_of_a_step(box, expected, value):
    assert tuple(window_around(mask_of(45, 67, box, value), 7, 8).numpy()) == expected


def test_what_nobody_sees_of_a_mask_does_not_widen_its_window():
    mask = mask_of(64, 64, (0, 0, 64, 64), VISIBLE / 10)
    mask[0, 30:34, 30:34] = 1
    assert tuple(window_around(mask, 0, 2).numpy()) == (30, 30, 34, 34)
