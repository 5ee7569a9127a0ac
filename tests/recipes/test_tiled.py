"""Values and gradients by tiles against those of the whole."""

import functools
import operator

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas.masks import weights_of
from nst_tf.objectives import Content, GramStyle, Resemblance, TotalVariation, WassersteinStyle, raw_moments
from nst_tf.recipes.tiled import Tiled, values_of_parts
from nst_tf.views.storeys import tilings
from nst_tf.views.tiling import padded_to, pixels_of
from tests.views.networks import SIZES, TILE, built, pixels


@pytest.fixture(scope="module")
def exact():
    return built("float64")


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
    tiles = tilings(exact.storeys, size, TILE)
    assert all(len(storey.windows) > 1 for storey in tiles)
    value, gradient = exact.loop.value_and_gradient(image, objective)
    found, slope = exact.loop.value_and_gradient(image, Tiled.by(objective, tiles))
    np.testing.assert_allclose(found, value, rtol=1e-9)
    np.testing.assert_allclose(slope, gradient, rtol=0, atol=1e-9 * np.abs(gradient).max())


def test_the_values_of_parts_are_those_of_the_whole(exact):
    size, image = SIZES[0], pixels(SIZES[0], 1)
    content, style = exact.extractor(pixels(size)), exact.extractor(pixels((50, 40), 2))
    parts = {"variation": 0.5 * TotalVariation()}
    for name in ("wasserstein", "content", "gram"):
        terms = [LOSSES[name](layer, maps, style[layer], None) for layer, maps in content.items()]
        parts[name] = functools.reduce(operator.add, terms)
    whole = functools.reduce(operator.add, parts.values())
    found = values_of_parts(exact.storeys, image, parts, Tiled.by(whole, tilings(exact.storeys, size, TILE)))
    assert found.keys() == parts.keys()
    for name, part in parts.items():
        np.testing.assert_allclose(found[name], part(exact.extractor(image), image), rtol=1e-9)


def test_what_is_outside_of_the_window_of_a_mask_makes_no_difference_within_it(exact):
    size = 9 * TILE, 8 * TILE
    mask = np.zeros((1, *size, 1), np.float32)
    mask[:, 3 * TILE : 5 * TILE + 3, 4 * TILE - 2 : 5 * TILE] = 1
    window = exact.window(tf.constant(mask), 1)
    assert (window[2:] - window[:2] < size).numpy().all()
    content, image, style = pixels(size), pixels(size, 1), exact.extractor(pixels((50, 40), 2))

    def objective(content, mask):
        terms = []
        for layer, maps in exact.extractor(content).items():
            weights = weights_of(tf.cast(exact.guide(mask, layer, tf.shape(maps)[1:3]), tf.float64))
            terms += [LOSSES[name](layer, maps, style[layer], weights) for name in ("gram", "patches")]
        return functools.reduce(operator.add, terms)

    value, gradient = exact.loop.value_and_gradient(image, objective(content, tf.constant(mask)))
    part = objective(pixels_of(content, window), pixels_of(tf.constant(mask), window))
    found, slope = exact.loop.value_and_gradient(pixels_of(image, window), part)
    np.testing.assert_allclose(found, value, rtol=1e-9)
    inside, slope = mask[0, :, :, 0] > 0, padded_to(size, slope, window)[0].numpy()
    np.testing.assert_allclose(slope[inside], gradient[0].numpy()[inside], rtol=0, atol=1e-9 * np.abs(gradient).max())
