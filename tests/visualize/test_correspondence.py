"""Correspondence against counts in NumPy and networks of known behaviour."""

import itertools

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.visualize.correspondence import correspondence, pair_distances
from nst_tf.visualize.correspondence_figure import correspondence_figure


@pytest.fixture(scope="module")
def pixels():
    """A network whose one layer is the picture itself."""
    image = keras.Input((None, None, 3), name="image")
    return Graph(keras.Model(image, keras.layers.Activation("linear", name="pixels")(image)))


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(5)
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.Conv2D(6, 3, strides=2, activation="relu", name="one")(image)
    return Graph(keras.Model(image, keras.layers.Conv2D(8, 3, activation="relu", name="two")(x)))


def noise(count, height=16, width=20):
    return np.random.default_rng(count).random((count, height, width, 3)).astype(np.float32)


def same_box(box, count):
    return np.tile(box, (count, 1))


def brute_force(graph, images, boxes, layer, fill):
    """The mean over ordered pairs of the share of units with different signs, one unit after another."""
    signs = []
    for image, (top, left, bottom, right) in zip(images, boxes, strict=True):
        masked = image.copy()
        masked[top:bottom, left:right] = fill
        before, after = (graph.features(x[None], [layer])[layer].numpy().ravel() for x in (image, masked))
        signs.append([0 if a == b else (1 if a > b else -1) for a, b in zip(before, after, strict=True)])
    pairs = itertools.permutations(signs, 2)
    return np.mean([np.mean([s != t for s, t in zip(*pair, strict=True)]) for pair in pairs])


def test_distances_of_known_signs():
    signs = np.array([[1, 0, -1, 0], [1, 1, -1, 0], [-1, 0, 1, 0]])
    np.testing.assert_array_equal(pair_distances(signs), [1 / 4, 2 / 4, 3 / 4])


def test_identical_images_masked_alike_correspond_completely(network):
    images = np.repeat(noise(1), 4, axis=0)
    (result,) = correspondence(network, images, {"eye": same_box((3, 4, 9, 11), 4)}, ["two"], repetitions=2)
    assert (result.delta, result.deviation) == (0, 0)
    assert result.random > 0


def test_counts_the_units_whose_signs_differ(pixels):
    images = np.full((3, 4, 5, 3), 0.5, np.float32)
    images[0, 1, 1:3] = 0.9  # six units of 60 fall when they are masked
    images[1, 1, 1] = 0.9  # of these, three fall
    images[2, 1, 1] = 0.1  # and here these three rise
    (result,) = correspondence(pixels, images, {"part": same_box((1, 1, 2, 3), 3)}, ["pixels"], repetitions=1)
    distances = [3 / 60, 6 / 60, 3 / 60]
    np.testing.assert_allclose([result.delta, result.deviation], [np.mean(distances), np.std(distances)])


def test_a_change_at_another_place_does_not_correspond(pixels):
    images = np.zeros((2, 6, 6, 3), np.float32)
    boxes = {"same": same_box((0, 0, 2, 2), 2), "apart": np.array([(0, 0, 2, 2), (3, 3, 5, 5)])}
    same, apart = correspondence(pixels, images, boxes, ["pixels"], repetitions=1)
    assert same.delta == 0
    np.testing.assert_allclose(apart.delta, 24 / 108)


@pytest.mark.parametrize("fill", [0.5, (0.1, 0.9, 0.4)])
@pytest.mark.parametrize("layer", ["one", "two"])
def test_equals_a_count_over_ordered_pairs(network, layer, fill):
    images, boxes = noise(5), np.array([(r, r + 1, r + 6, r + 5) for r in range(5)])
    (result,) = correspondence(network, images, {"part": boxes}, [layer], fill=fill, repetitions=1, batch=2)
    np.testing.assert_allclose(result.delta, brute_force(network, images, boxes, layer, fill), rtol=1e-12)


def test_the_batch_does_not_matter(network):
    images, parts = noise(5), {"part": same_box((2, 2, 9, 9), 5)}
    runs = [correspondence(network, images, parts, batch=batch, repetitions=3) for batch in (1, 3, 5, 50)]
    assert all(run == runs[0] for run in runs)
    assert [result.layer for result in runs[0]] == ["one", "two"]


def test_random_boxes_follow_the_seed(network):
    images, parts = noise(4), {"part": same_box((2, 2, 9, 9), 4)}
    first, again, other = (correspondence(network, images, parts, ["two"], seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first[0].delta == other[0].delta
    assert first[0].random != other[0].random


def test_random_boxes_have_the_parts_sizes_and_reach_the_whole_image(pixels):
    """Black pictures masked with grey: two boxes of 2x3 and 3x2 pixels differ in what they do not share."""
    images = np.zeros((2, 3, 4, 3), np.float32)
    boxes = np.array([(0, 0, 2, 3), (0, 0, 3, 2)])
    (result,) = correspondence(pixels, images, {"part": boxes}, ["pixels"], repetitions=3000)
    distances = []
    for top, left, column in itertools.product(range(2), range(2), range(3)):
        covered = np.zeros((2, 3, 4))
        covered[0, top : top + 2, left : left + 3] = 1
        covered[1, :, column : column + 2] = 1
        distances.append(np.mean(covered[0] != covered[1]))
    np.testing.assert_allclose(result.random, np.mean(distances), atol=0.01)
    np.testing.assert_allclose(result.random_deviation, np.std(distances), atol=0.01)


def test_a_box_of_the_whole_image_leaves_no_choice(network):
    (result,) = correspondence(network, noise(3), {"all": same_box((0, 0, 16, 20), 3)}, ["two"], repetitions=2)
    assert (result.random, result.random_deviation) == (result.delta, 0)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((0, 0, 17, 4), r"the box \[0, 0, 17, 4\] of 'eye' is empty or not inside its image of 20x16 pixels"),
        ((3, 3, 3, 8), "is empty"),
        ((-1, 0, 4, 4), "not inside"),
        ((1, 2, 3), r"the boxes of 'eye' have the shape \(3, 3\); they must have \(3, 4\)"),
    ],
)
def test_refuses_boxes_that_are_none(network, box, message):
    with pytest.raises(InputError, match=message):
        correspondence(network, noise(3), {"eye": same_box(box, 3)}, ["one"])


def test_refuses_a_single_image_no_draws_and_unknown_layers(network):
    with pytest.raises(InputError, match="drawn 0 times"):
        correspondence(network, noise(2), {"eye": same_box((0, 0, 2, 2), 2)}, repetitions=0)
    with pytest.raises(InputError, match="at least 2, not 1"):
        correspondence(network, noise(1), {"eye": same_box((0, 0, 2, 2), 1)})
    with pytest.raises(InputError, match="unknown layer 'tow'; did you mean 'two'"):
        correspondence(network, noise(2), {"eye": same_box((0, 0, 2, 2), 2)}, ["tow"])


def test_the_figure_has_a_panel_for_each_layer_and_two_bars_for_each_part(network):
    parts = {"eye": same_box((2, 2, 6, 6), 3), "nose": same_box((8, 8, 12, 12), 3)}
    results = correspondence(network, noise(3), parts, repetitions=2)
    panels = correspondence_figure(results).axes
    assert [axes.get_title() for axes in panels] == ["one", "two"]
    for axes, name in zip(panels, ("one", "two"), strict=True):
        chosen = [result for result in results if result.layer == name]
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == [result.delta for result in chosen] + [result.random for result in chosen]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["eye", "nose"]
