"""Tiles against the whole."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.canvas.masks import weights_of
from nst_tf.errors import InputError
from nst_tf.layers import ReplicatePad, SwitchMaxPool
from nst_tf.objectives import Content, GramStyle, Resemblance, TotalVariation, WassersteinStyle, raw_moments
from nst_tf.optimize import Lbfgs
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.tiling import Tiled, tiling
from nst_tf.recipes.view import TiledView, View, view

SIZES = [(45, 70), (64, 33), (61, 61)]
TILE = 24
LAYERS = {"fine": 5, "coarse": 7}


def built(dtype, padding="same", strides=1):
    """Two poolings, as VGG16 has them, with a replicated edge; or what cannot be cut into tiles."""
    keras.utils.set_random_seed(0)
    more = {"dtype": dtype, "activation": "relu", "bias_initializer": "normal"}
    image = keras.Input((None, None, 3), dtype=dtype)
    x = fine = keras.layers.Conv2D(LAYERS["fine"], 3, name="fine", **more)(ReplicatePad(1, dtype=dtype)(image))
    x = keras.layers.Conv2D(6, 3, strides=strides, padding=padding, **more)(SwitchMaxPool(2, dtype=dtype)(x))
    x = SwitchMaxPool(2, dtype=dtype)(x)
    coarse = keras.layers.Conv2D(LAYERS["coarse"], 3, padding=padding, name="coarse", **more)(x)
    return FeatureLoop(keras.Model(image, {"fine": fine, "coarse": coarse}), Lbfgs())


@pytest.fixture(scope="module")
def exact():
    return built("float64")


@pytest.fixture(scope="module")
def quick():
    return built("float32")


def pixels(size, seed=0, dtype="float64", channels=3):
    return tf.constant(np.random.default_rng(seed).random((1, *size, channels)), dtype)


LOSSES = {
    "content": lambda layer, content, style, weights: Content(layer, content),
    "gram": lambda layer, content, style, weights: GramStyle.of_moments(layer, *moments(style), weights),
    "wasserstein": lambda layer, content, style, weights: WassersteinStyle.of_moments(layer, *moments(style), weights),
    "patches": lambda layer, content, style, weights: Resemblance.of_styles(
        layer, [tf.cast(style, tf.float32)], moments(style)[0], (), weights
    ).renewed({layer: tf.cast(content, tf.float32)}),
    "variation": lambda layer, content, style, weights: TotalVariation(),
}


def moments(maps):
    return [moment[0] for moment in raw_moments(maps)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradient_are_those_of_the_whole(exact, name, masked, size):
    content, image = exact.extractor(pixels(size)), pixels(size, 1)
    style, objective = exact.extractor(pixels((50, 40), 2)), None
    for layer, maps in content.items():
        weights = weights_of(pixels(maps.shape[1:3], 3, channels=1)) if masked else None
        term = 3.0 * LOSSES[name](layer, maps, style[layer], weights)
        objective = term if objective is None else objective + term
    tiles = exact.tiling(size, TILE)
    assert len(tiles.windows) > 1
    value, gradient = exact.loop.value_and_gradient(image, objective)
    found, slope = exact.loop.value_and_gradient(image, Tiled(objective, tiles.windows, tiles.boxes))
    np.testing.assert_allclose(found, value, rtol=1e-9)
    np.testing.assert_allclose(slope, gradient, rtol=0, atol=1e-9 * np.abs(gradient).max())


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_each_position_counts_in_one_tile(quick, size):
    tiles = quick.tiling(size, TILE)
    for layer in ("", *LAYERS):
        counted = np.zeros(tiles.boxes[layer][0, -2:], int)
        for _, part in tiles.parts():
            top, left = part.boxes[layer].start
            height, width = part.boxes[layer].size
            counted[top : top + height, left : left + width] += 1
        np.testing.assert_array_equal(counted, 1)


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_is_seen_by_tiles_is_what_is_seen_of_the_whole(quick, size, masked):
    image, windows = pixels(size, dtype="float32"), [("fine", 1), ("coarse", 3)]
    whole, tiled = View(quick, image), TiledView(quick, image, TILE)
    weights = dict.fromkeys(LAYERS)
    for layer in LAYERS:
        np.testing.assert_array_equal(tiled.sizes[layer], whole.sizes[layer])
        np.testing.assert_allclose(tiled.maps([layer])[layer], whole.maps([layer])[layer], atol=1e-6)
        if masked:
            weights[layer] = weights_of(pixels(whole.sizes[layer].numpy(), 3, "float32", 1))
    expected, found = whole.study(weights, windows), tiled.study(weights, windows)
    for layer in LAYERS:
        for ours, theirs in zip(found.moments[layer], expected.moments[layer], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    ours, theirs = found.sample("coarse", 3), expected.sample("coarse", 3)
    for name in ("mean", "scale", "scatter"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-2, atol=1e-3)
    for one in windows:
        ours, theirs = (np.asarray(study.patches(*one)) for study in (found, expected))
        np.testing.assert_allclose(*(np.sort(patches, 0) for patches in (ours, theirs)), atol=1e-6)


def test_targets_are_chosen_by_tiles_as_of_the_whole(quick):
    image, style = pixels((45, 70), dtype="float32"), quick.observe(pixels((50, 40), 2, "float32"))
    part = Resemblance.of_styles("fine", [style["fine"]], moments(style["fine"])[0])
    expected = View(quick, image).choices(part.choices)
    np.testing.assert_array_equal(TiledView(quick, image, TILE).choices(part.choices), expected)


def test_an_image_that_is_no_larger_than_a_tile_is_seen_as_a_whole(quick):
    image = pixels((24, 20), dtype="float32")
    assert type(view(quick, image, 24)) is View
    assert type(view(quick, image, 0)) is View
    assert type(view(quick, image, 23)) is TiledView


def test_a_network_that_pads_tiles_in_another_way_is_refused():
    with pytest.raises(InputError, match="in another way"):
        built("float32", strides=2).tiling((63, 63), TILE)


def test_a_network_that_sees_all_at_once_is_refused():
    image = keras.Input((None, None, 3))
    mean = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean")(image)
    with pytest.raises(InputError, match="'mean' sees is not local"):
        tiling(Graph(keras.Model(image, mean)), ["mean"], (61, 61), TILE)
