"""Nearest neighbours against NumPy, which compares everything with everything."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.objectives import neighbours, places
from nst_tf.objectives.neighbours import Choices, choices_of, nearest, swapped
from nst_tf.objectives.places import places_of, salience, standardise
from nst_tf.operators import common_operators


def maps(height, width, channels=5, seed=0):
    return np.random.default_rng(seed).normal(size=(1, height, width, channels)).astype(np.float32)


def swap(image, places, window):
    """All of an image, with neighbours in one place."""
    return swapped(tf.constant(image), Choices((places,), tf.constant([1.0])), window, 1.0)


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def standard(image):
    return (image - image.mean((0, 1))) / image.std((0, 1))


def patches(image, window):
    """`(rows, columns, window, window, channels)`, edges repeated."""
    reach = window // 2
    framed = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), mode="symmetric")
    height, width = image.shape[:2]
    return np.array([[framed[y : y + window, x : x + window] for x in range(width)] for y in range(height)])


def by_numpy(image, styles, window):
    """S(F), position by position."""
    keys = [patches(standard(style), window).reshape(style.shape[0] * style.shape[1], -1) for style in styles]
    values = [patches(style, window).reshape(-1, window, window, style.shape[-1]) for style in styles]
    keys, values = unit(np.concatenate(keys)), np.concatenate(values)
    height, width = image.shape[:2]
    queries = unit(patches(standard(image), window).reshape(height * width, -1))
    found = np.argmax(queries @ keys.T, 1).reshape(height, width)
    reach, total, votes = window // 2, np.zeros_like(image), np.zeros((height, width, 1))
    step = window // 2 + 1
    for y, x in itertools.product(range(0, height, step), range(0, width, step)):
        for down, across in np.ndindex(window, window):
            row, column = y + down - reach, x + across - reach
            if 0 <= row < height and 0 <= column < width:
                total[row, column] += values[found[y, x], down, across]
                votes[row, column] += 1
    return total / votes


@pytest.mark.parametrize("window", [1, 3, 5])
@pytest.mark.parametrize("styles", [[(6, 9)], [(6, 9), (5, 4)]])
def test_swapping_is_that_of_numpy(window, styles):
    content, images = maps(7, 8), [maps(*shape, seed=seed) for seed, shape in enumerate(styles, 1)]
    expected = by_numpy(content[0], [image[0] for image in images], window)
    np.testing.assert_allclose(swap(content, places_of(images, window), window)[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("window", [1, 3, 5])
def test_as_many_rows_as_memory_holds_are_looked_at_at_a_time(monkeypatch, window):
    content, style = maps(13, 8), places_of([maps(6, 9, seed=1)], window)
    whole = swap(content, style, window)
    monkeypatch.setattr(neighbours, "FOUND", 500)
    np.testing.assert_allclose(swap(content, style, window), whole, rtol=1e-5, atol=1e-6)


def test_by_common_operators_the_neighbours_are_the_same():
    image, choices = tf.constant(maps(9, 12)), choices_of([tf.constant(maps(7, 8, seed=1))], 3)
    with common_operators():
        found = swapped(image, choices, 3, 0.6)
    np.testing.assert_allclose(found, swapped(image, choices, 3, 0.6), atol=1e-6)


def test_styles_are_mixed_by_their_shares_or_asked_all_together():
    content, styles = maps(7, 8), [maps(6, 9, seed=1), maps(5, 4, seed=2)]
    one, other = (by_numpy(content[0], [style[0]], 3) for style in styles)
    mixed = swapped(content, choices_of(styles, 3, (3.0, 1.0)), 3, 1.0)[0]
    np.testing.assert_allclose(mixed, 0.75 * one + 0.25 * other, rtol=1e-4, atol=1e-5)
    together = swapped(content, choices_of(styles, 3), 3, 0.4)[0]
    expected = 0.6 * content[0] + 0.4 * by_numpy(content[0], [style[0] for style in styles], 3)
    np.testing.assert_allclose(together, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(swapped(content, choices_of(styles, 3), 3, 0.0), content)


def test_a_share_may_be_one_for_each_position():
    content, choices, share = maps(7, 8), choices_of([maps(6, 9, seed=1)], 3), np.zeros((1, 7, 8, 1), np.float32)
    share[0, 2:5, 3] = 1
    whole, mixed = swapped(content, choices, 3, 1.0), swapped(content, choices, 3, share)
    np.testing.assert_allclose(mixed, np.where(share, whole, content), rtol=1e-5, atol=1e-6)


def test_salience_is_the_deviation_around_a_position_and_none_in_a_clear_sky():
    image = maps(12, 9)
    image[:, :7] = image[0, 0, 0]  # the sky
    image[:, 10] *= 4  # a skyline
    energy = np.square(standard(image[0])).mean(-1, keepdims=True)
    expected = np.minimum(1, np.sqrt(patches(energy, 3).mean((2, 3))))
    found = salience(tf.constant(image)).numpy()[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert found[9:].min() == found.max() == 1
    assert found[:6].max() < 0.7
    assert salience(tf.ones((1, 4, 5, 3))).numpy().max() < 0.01


def test_an_image_is_its_own_neighbour():
    image = maps(9, 12)
    for window in (1, 3):
        np.testing.assert_allclose(swap(image, places_of([image], window), window), image, rtol=1e-5, atol=1e-6)


def test_neither_contrast_nor_brightness_matters():
    content, style = maps(7, 8), maps(6, 9, seed=1)
    places = places_of([style], 3)
    other = 4 * content + np.array([3, -1, 0, 2, 1], np.float32)
    np.testing.assert_allclose(swap(other, places, 3), swap(content, places, 3), rtol=1e-3, atol=1e-4)


@pytest.fixture
def _eager():
    """Has what is compiled run line by line."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.usefixtures("_eager")
@pytest.mark.parametrize("memory", [1, 7, 100, 2**24])
def test_chunks_change_nothing(memory, monkeypatch):
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(23, 4)), rng.normal(size=(11, 4))
    monkeypatch.setattr(neighbours, "SIMILARITIES", memory)
    found = nearest(tf.constant(queries), tf.constant(keys))
    np.testing.assert_array_equal(found, np.argmax(queries @ keys.T, 1))


@pytest.mark.usefixtures("_eager")
@pytest.mark.parametrize(("gpus", "pieces"), [([], 4), (["GPU:0"], 1)])
def test_a_processor_seeks_in_pieces_that_its_cache_holds_and_a_gpu_in_larger_ones(monkeypatch, gpus, pieces):
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(3000, 2)), rng.normal(size=(4096, 2))
    multiply, sizes = tf.matmul, []
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda _: gpus)
    monkeypatch.setattr(tf, "matmul", lambda a, *rest, **options: sizes.append(len(a)) or multiply(a, *rest, **options))
    np.testing.assert_array_equal(nearest(tf.constant(queries), tf.constant(keys)), np.argmax(queries @ keys.T, 1))
    assert (len(sizes), sum(sizes)) == (pieces, 3000)


def test_of_equal_places_the_first_is_taken():
    keys = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    found = nearest(tf.constant(np.eye(3, dtype=np.float32)), tf.constant(keys))
    np.testing.assert_array_equal(found, [0, 2, 4])


def test_constant_images_have_neighbours_too():
    flat, image = np.full((1, 5, 6, 4), 0.7, np.float32), maps(5, 6, 4)
    np.testing.assert_allclose(standardise(flat), 0, atol=1e-3)
    np.testing.assert_allclose(swap(image, places_of([flat], 3), 3), np.full((1, 5, 6, 4), 0.7), rtol=1e-6)
    assert np.isfinite(swap(flat, places_of([image], 3), 3)).all()


def test_a_style_smaller_than_a_patch_has_a_place():
    pixel = maps(1, 1)
    np.testing.assert_allclose(swap(maps(4, 4), places_of([pixel], 3), 3), np.tile(pixel, (1, 4, 4, 1)), rtol=1e-5)


def halves(height, width):
    """The weights of the positions of the left half, `(1, height, width, 1)`, and that half of maps."""
    weights = np.zeros((1, height, width, 1), np.float32)
    weights[:, :, : width // 2] = 1 / (height * (width // 2))
    return weights, lambda image: image[:, :, : width // 2]


def test_weights_standardise_by_the_part_that_has_them():
    image, (weights, left) = 3 + maps(6, 8), halves(6, 8)
    np.testing.assert_allclose(left(standardise(image, weights)), standardise(left(image)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(standardise(image, np.full((1, 6, 8, 1), 1 / 48)), standardise(image), atol=1e-5)


def test_neighbours_are_sought_within_the_part_that_has_weights():
    style, content, (weights, left) = maps(8, 10), maps(6, 7, seed=1), halves(8, 10)
    places = places_of([style], 1, [weights])
    alone = places_of([left(style)], 1)
    np.testing.assert_allclose(places.keys, alone.keys, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(swap(content, places, 1), swap(content, alone, 1), rtol=1e-5)
    # Patches at the edge of the part would have features from without.
    far = style + np.where(weights > 0, 0, 99).astype(np.float32)
    assert swap(content, places_of([far], 3, [weights]), 3).numpy().max() < 9


def test_a_part_without_whole_patches_has_places_all_the_same():
    weights = np.zeros((1, 6, 7, 1), np.float32)
    weights[0, 2, 3] = 1
    assert np.isfinite(swap(maps(4, 5), places_of([maps(6, 7)], 3, [weights]), 3)).all()
    assert len(places_of([maps(6, 7)], 3, [weights]).keys) == 1


def test_an_image_is_swapped_by_what_its_own_part_is_like():
    image, (weights, left) = maps(6, 8), halves(6, 8)
    choices = choices_of([maps(9, 9, seed=2)], 1)
    found = swapped(image, choices, 1, 0.7, weights)
    np.testing.assert_allclose(left(found), swapped(left(image), choices, 1, 0.7), rtol=1e-4, atol=1e-5)


def test_of_many_places_an_even_grid_is_looked_at(monkeypatch):
    monkeypatch.setattr(places, "MOST_PLACES", 30)
    style = maps(12, 20)
    chosen = places_of([style], 1).patches
    np.testing.assert_array_equal(np.reshape(chosen, (4, 7, 5)), style[0, 1::3, 1::3])


def test_many_channels_are_compared_on_their_principal_axes(monkeypatch):
    mixing = np.random.default_rng(0).normal(size=(12, 100)).astype(np.float32)  # features lie in 12 dimensions
    content, style = (maps(6, 7, 12, seed) @ mixing for seed in (1, 2))
    found = swap(content, places_of([style], 3), 3)
    monkeypatch.setattr(places, "AXES", 100)
    np.testing.assert_allclose(found, swap(content, places_of([style], 3), 3), rtol=1e-3, atol=1e-3)
