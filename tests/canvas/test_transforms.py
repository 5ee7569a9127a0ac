import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from nst_tf.canvas.transforms import Transforms, resample

IMAGES = np.random.default_rng(0).random((2, 9, 12, 3)).astype(np.float32)
STILL = tf.eye(2), tf.zeros([2])


def turned(degrees, scale=1.0):
    cos, sin = (function(math.radians(degrees)) / scale for function in (math.cos, math.sin))
    return np.array([[cos, sin], [-sin, cos]], np.float32)


def in_scipy(images, linear, shift):
    middle = (np.array(images.shape[1:3]) - 1) / 2
    offset = middle - linear.astype(np.float64) @ middle + shift
    options = {"offset": offset, "order": 1, "mode": "grid-constant", "cval": 0.5}
    planes = np.moveaxis(images, 3, 1).astype(np.float64)
    return np.moveaxis([[ndimage.affine_transform(plane, linear, **options) for plane in one] for one in planes], 1, 3)


def test_the_identity_changes_nothing():
    np.testing.assert_array_equal(resample(tf.constant(IMAGES), *STILL), IMAGES - np.float32(0.5) + np.float32(0.5))


@pytest.mark.parametrize("shift", [(2, 0), (0, -3), (1, 2)])
def test_whole_pixels_are_moved_and_grey_comes_in(shift):
    moved = resample(tf.constant(IMAGES), tf.eye(2), tf.constant(shift, tf.float32))
    expected = ndimage.shift(IMAGES, (0, -shift[0], -shift[1], 0), order=0, mode="constant", cval=0.5)
    np.testing.assert_allclose(moved, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("linear", "shift"), [(turned(10, 1.1), (0.3, -1.7)), (turned(-7, 0.9), (-6, 4)), (turned(90), (0, 0))]
)
def test_resampling_is_bilinear_on_a_grey_ground(linear, shift):
    moved = resample(tf.constant(IMAGES), tf.constant(linear), tf.constant(shift, tf.float32))
    np.testing.assert_allclose(moved, in_scipy(IMAGES, linear, np.array(shift)), atol=2e-5)


def test_gradient_is_that_of_differences():
    # The map is linear, so that differences of any size are exact.
    image, linear, shift = tf.constant(IMAGES[:1, :5, :6]), tf.constant(turned(8, 1.05)), tf.constant([0.4, -0.7])
    weights = np.random.default_rng(1).normal(size=image.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_sum(weights * resample(image, linear, shift))
    moves = np.eye(90, dtype=np.float32).reshape(-1, 5, 6, 3)
    after, before = (resample(image + sign * moves, linear, shift).numpy() for sign in (1, -1))
    expected = (((after - before) / 2) * weights).sum(axis=(1, 2, 3)).reshape(image.shape)
    np.testing.assert_allclose(tape.gradient(value, image), expected, atol=1e-5)


def test_draws_keep_within_their_ranges_and_reach_them():
    transforms = Transforms(jitter=6, zoom=0.1, rotate=10)
    draws = [transforms.draw(tf.constant([0, step])) for step in range(300)]
    linear, shifts = np.array([one[0] for one in draws]), np.array([one[1] for one in draws])
    scales = 1 / np.sqrt(np.linalg.det(linear))
    angles = np.degrees(np.arctan2(linear[:, 0, 1], linear[:, 0, 0]))
    for values, least, most in ((scales, 0.9, 1.1), (angles, -10, 10), (shifts, -6, 6)):
        assert least <= values.min() < least + 0.05 * (most - least)
        assert most - 0.05 * (most - least) < values.max() <= most


def test_the_same_key_gives_the_same_transform_to_all_images():
    transforms, key = Transforms(3, 0.1, 10), tf.constant([5, 1])
    both = transforms(tf.constant(IMAGES), key)
    np.testing.assert_array_equal(transforms(tf.constant(IMAGES[1:]), key)[0], both[1])
    assert not np.allclose(transforms(tf.constant(IMAGES), tf.constant([5, 2])), both)
    assert not np.allclose(transforms(tf.constant(IMAGES), tf.constant([6, 1])), both)


def test_without_ranges_the_image_stays_as_it_is():
    np.testing.assert_array_equal(Transforms(0, 0, 0)(tf.constant(IMAGES), tf.constant([0, 0])), IMAGES)
