import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas.tiles import join_tiles, split_tiles, tiled_features, tiled_value
from nst_tf.optimize import Loop
from nst_tf.optimize.ascent import Ascent

KERNEL = np.random.default_rng(9).normal(size=(5, 5, 3, 4))


def noise(*shape):
    return np.random.default_rng(0).random(shape)


def features(images):
    return {"x": tf.nn.conv2d(images, tf.constant(KERNEL), 2, "SAME")}


def value(images, factor):
    return factor * tf.reduce_mean(features(images)["x"] ** 2, axis=(1, 2, 3))


@pytest.mark.parametrize(
    ("size", "side", "grid"),
    [
        ((64, 96), 32, [(32, 32)] * 6),
        ((70, 50), 64, [(64, 64)] * 2),
        ((100, 33), 1000, [(128, 64)]),
        ((65, 20), 40, [(64, 32)] * 2),
    ],
)
def test_tiles_are_of_one_size_and_join_to_the_image_continued_by_itself(size, side, grid):
    images = noise(2, *size, 3)
    tiles = split_tiles(tf.constant(images), side)
    assert [tuple(tile.shape[1:3]) for tile in tiles] == grid
    joined = join_tiles(tiles, tf.constant(size[0]), tf.constant(size[1]), side).numpy()
    rows, columns = (np.arange(joined.shape[axis]) % size[axis - 1] for axis in (1, 2))
    np.testing.assert_array_equal(joined, images[:, rows][:, :, columns])


def test_tiles_lie_row_by_row():
    images = noise(1, 64, 96, 3)
    np.testing.assert_array_equal(split_tiles(tf.constant(images), 32)[4], images[:, 32:64, 32:64])


def test_value_and_gradient_are_those_of_the_tiles_alone():
    images, factor = tf.constant(noise(2, 64, 96, 3)), tf.constant(3.0, tf.float64)
    measured, gradient = Loop(tiled_value(value, 32), Ascent()).value_and_gradient(images, factor)
    expected, slope = np.zeros(2), np.zeros(images.shape)
    for top in (0, 32):
        for left in (0, 32, 64):
            place = (slice(None), slice(top, top + 32), slice(left, left + 32))
            alone = Loop(value, Ascent()).value_and_gradient(images[place], factor)
            expected += alone[0].numpy() / 6
            slope[place] = alone[1] / 6
    np.testing.assert_allclose(measured, expected, rtol=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-12)


def test_one_tile_of_the_whole_image_is_the_image():
    images, factor = tf.constant(noise(1, 64, 96, 3)), tf.constant(1.0, tf.float64)
    tiled, whole = (Loop(one, Ascent()).value_and_gradient(images, factor) for one in (tiled_value(value, 96), value))
    np.testing.assert_allclose(tiled[0], whole[0], rtol=1e-12)
    np.testing.assert_allclose(tiled[1], whole[1], rtol=1e-9, atol=1e-15)


def test_an_outer_weight_scales_the_gradient():
    images = tf.constant(noise(1, 64, 64, 3))
    loops = [
        Loop(lambda images, weight=weight: weight * tiled_value(value, 32)(images, 1.0), Ascent()) for weight in (1, -4)
    ]
    one, four = (loop.value_and_gradient(images)[1] for loop in loops)
    np.testing.assert_allclose(four, -4 * one, rtol=1e-12)


def test_features_of_tiles_make_one_map_that_differs_only_near_their_edges():
    images = tf.constant(noise(1, 64, 96, 3))
    tiled, whole = tiled_features(features, 32)(images)["x"].numpy(), features(images)["x"].numpy()
    assert tiled.shape == whole.shape
    inside = [index for index in range(48) if index % 16 not in (0, 15)]
    rows = [index for index in inside if index < 32]
    np.testing.assert_allclose(tiled[:, rows][:, :, inside], whole[:, rows][:, :, inside], rtol=1e-9)
    assert np.abs(tiled - whole).max() > 0.1


def test_random_shifts_hide_the_edges_of_tiles():
    """Without them pixels at an edge, which fewer features see, change less, as those at the border do."""
    start = 0.25 + noise(1, 96, 96, 3) / 2

    def change_at_edges(measured, jitter):
        loop = Loop(lambda images: -measured(images, 1.0), Ascent(rate=0.001, jitter=jitter))
        change = np.abs(loop.advance(Ascent().start(tf.constant(start)), 40).image - start)[0]
        profile = change.mean(axis=(0, 2))[16:80]  # away from the border, which whole images have as well
        edges = np.isin(np.arange(16, 80) % 32, (0, 31))
        return profile[edges].mean() / profile[~edges].mean()

    whole, shifted = change_at_edges(value, 32), change_at_edges(tiled_value(value, 32), 32)
    still = change_at_edges(tiled_value(value, 32), 0)
    assert shifted == pytest.approx(whole, abs=0.03)
    assert still < whole - 0.3
