"""What is seen by tiles against what is seen of the whole."""

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.canvas.masks import weights_of
from nst_tf.errors import InputError
from nst_tf.objectives import Resemblance, raw_moments
from nst_tf.views.tiling import tiling
from nst_tf.views.view import TiledView, View, view

from .networks import LAYERS, SIZES, TILE, assert_each_counts_once, built, pixels


@pytest.fixture(scope="module")
def quick():
    return built("float32")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_each_position_counts_in_one_tile(quick, size):
    assert_each_counts_once(quick.tiling(size, TILE), LAYERS)


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
    part = Resemblance.of_styles("fine", [style["fine"]], raw_moments(style["fine"])[0][0])
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
