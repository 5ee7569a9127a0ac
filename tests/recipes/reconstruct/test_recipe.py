"""The inversion of representations: on the real weights at 48-64 pixels, and on small random networks."""

import keras
import numpy as np
import pytest

from nst_tf import memory
from nst_tf.backbones import open_network
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.recipes.feature_loop import network_graph
from nst_tf.recipes.reconstruct.recipe import reconstruct_network
from nst_tf.recipes.reconstruct.reconstruct import prepare, reconstruct, reconstruct_steps
from nst_tf.recipes.reconstruct.settings import NATURAL_RMS, PRESETS
from nst_tf.recipes.reconstruct.strip import psnr

MEAN = np.array([0.485, 0.456, 0.406])


@pytest.fixture(scope="module")
def network():
    """Two convolutions, one of them in a nested model, and a dense layer, for images of 12x16 pixels."""
    keras.utils.set_random_seed(0)
    inner = keras.Sequential([keras.Input((12, 16, 24)), keras.layers.Conv2D(32, 3, activation="relu", name="conv")])
    inner.name = "inner"
    image = keras.Input((12, 16, 3))
    x = keras.layers.Conv2D(24, 3, padding="same", activation="relu", name="first")(image)
    x = keras.layers.Flatten(name="flat")(inner(x))
    return keras.Model(image, keras.layers.Dense(40, name="scores")(x))


@pytest.fixture(scope="module")
def noisy():
    return np.random.default_rng(0).uniform(size=(12, 16, 3)).astype(np.float32)


def test_an_early_layer_comes_back_almost_as_it_was(castle):
    made = reconstruct(castle, "relu1_2", size=64, steps=(60,)).picture
    assert made.psnr > 25
    assert made.error < 0.01
    np.testing.assert_allclose(made.original, castle.pixels, atol=1e-6)


def test_a_deep_layer_keeps_features_and_loses_pixels(castle):
    made = reconstruct(castle, "relu4_1", size=64, steps=(60,)).picture
    assert made.error < 0.1
    assert made.psnr < 20


def test_error_and_psnr_are_those_of_the_picture_as_it_is_written(castle):
    made = reconstruct(castle, "relu2_1", size=48, steps=(10,)).picture
    graph = Graph(open_network("vgg16"))
    ours, target = (graph.features(one[None], ["relu2_1"])["relu2_1"].numpy() for one in (made.pixels, made.original))
    assert made.error == pytest.approx(np.sum((ours - target) ** 2.0) / np.sum(target**2.0), rel=1e-3)
    assert made.psnr == pytest.approx(10 * np.log10(1 / np.mean((made.pixels - made.original) ** 2)), rel=1e-5)


def test_the_papers_descent_lowers_the_error_and_ends_within_the_range(castle):
    steps, rates = (50, 10), PRESETS["mahendran"].rates[:2]
    made = reconstruct(castle, "relu2_2", preset="mahendran", size=48, steps=steps, rates=rates)
    assert made.picture.error < 0.3
    assert made.history[-1]["step"] == 60
    assert 0 <= made.image.min() < made.image.max() <= 1
    assert set(made.losses) == {"representation", "total variation", "alpha-norm"}


def test_every_restart_starts_from_another_noise_of_the_set_deviation(network, noisy):
    settings = PRESETS.choose(model=network, restarts=3, noise=NATURAL_RMS)
    start = prepare(noisy, settings, Graph(network), "first").start().numpy()
    assert start.shape == (3, 12, 16, 3)
    np.testing.assert_allclose(np.sqrt(((start - MEAN) ** 2).mean(axis=(1, 2, 3))), NATURAL_RMS, rtol=1e-5)
    assert np.abs(start[0] - start[1]).mean() > 0.1


def test_the_nearest_restart_is_the_picture(network, noisy):
    made = reconstruct(noisy, "inner/conv", model=network, restarts=4, steps=(8,)).picture
    assert len(made.images) == len(made.errors) == 4
    assert len(set(made.errors)) == 4
    np.testing.assert_array_equal(made.pixels, made.images[np.argmin(made.errors)])
    assert made.error == min(made.errors)


@pytest.mark.parametrize("layer", ["first", "inner/conv", "scores"])
def test_any_layer_of_any_network_can_be_inverted(network, noisy, layer):
    made = reconstruct(noisy, layer, model=network, canvas="pixels", noise=0.2, plateau=0.0, tv_weight=(0.0,))
    assert made.picture.error < 0.02
    assert made.image.shape == (12, 16, 3)


def test_a_strip_shows_the_image_and_each_layer(network, noisy):
    seen = []
    result = reconstruct(noisy, ["first", "scores"], model=network, steps=(6,), plateau=0.0, callback=seen.append)
    assert [one.layer for one in result.picture.reconstructions] == ["first", "scores"]
    assert result.finished
    assert [one.step for one in seen] == sorted({one.step for one in seen}) == [e["step"] for e in result.history]
    assert [(one.scale, one.scales, one.steps) for one in seen if one.step in (6, 12)] == [(1, 2, 12), (2, 2, 12)]
    assert "scores representation" in result.losses
    height, width = 12 + 18 + 2 * 8, 3 * 16 + 4 * 8
    assert result.image.shape == (height, width, 3)
    np.testing.assert_array_equal(result.image[26:38, 8:24], noisy)
    np.testing.assert_array_equal(result.image[26:38, 56:72], result.picture.reconstructions[1].pixels)


def test_without_a_layer_the_strip_has_all_rectified_maps(network, noisy):
    result = reconstruct(noisy, model=network, steps=(2,))
    assert tuple(one.layer for one in result.picture.reconstructions) == Graph(network).maps == ("first", "inner/conv")


def test_a_time_limit_ends_a_strip_with_the_layer_at_hand(network, noisy):
    result = reconstruct(noisy, ["first", "scores"], model=network, steps=(500,), time_limit=1e-3)
    assert not result.finished
    assert [one.layer for one in result.picture.reconstructions] == ["first"]


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    image = np.random.default_rng(0).uniform(size=(64, 64, 3))
    first, again, other = (
        reconstruct(image, "relu1", model="alexnet", size=64, steps=(5,), seed=seed).image for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


def test_the_graph_is_traced_once_for_all_images_sizes_and_weights(castle, wave):
    loop = reconstruct_network(network_graph("vgg16", None), "relu1_1", PRESETS.choose(steps=(9,), seed=2)).loop
    before = loop.traces
    for image, size, weight in ((castle, 64, 0.1), (wave, 48, 0.1), (wave, 56, 0.2)):
        reconstruct(image, "relu1_1", size=size, steps=(3,), tv_weight=(weight,))
    assert loop.traces <= before + 1


@pytest.mark.parametrize(
    ("layer", "change", "words"),
    [
        ("frist", {}, "unknown layer 'frist'; did you mean 'first'"),
        ([], {}, "no layer was given"),
        ("scores", {"size": 32}, "made for 16x12"),
    ],
)
def test_what_cannot_be_inverted_is_refused(network, noisy, layer, change, words):
    with pytest.raises(InputError, match=words):
        next(reconstruct_steps(noisy, layer, model=network, **change))


def test_an_image_that_is_too_small_is_refused(noisy):
    with pytest.raises(InputError, match=r"'pool5' cannot be computed for an image of 8x6 pixels; a larger size"):
        next(reconstruct_steps(noisy, "pool5", size=8))


def test_features_that_are_all_0_are_refused(network):
    dark = np.zeros((12, 16, 3), np.float32)
    with pytest.raises(InputError, match="gives nothing but 0"):
        next(reconstruct_steps(dark, "first", model=network))


def test_psnr_of_equal_images_is_infinite():
    image = np.full((2, 2, 3), 0.5)
    assert psnr(image, image) == np.inf
    assert psnr(image, image + 0.1) == pytest.approx(20)


def test_restarts_beyond_memory_are_refused_with_their_number_and_size(noisy, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: memory.FIXED + 3 * memory.PER_PIXEL * 96 * 72)
    with pytest.raises(InputError, match=r"^4 pictures of 96x72 pixels need .*; a size of 83 fits$"):
        next(reconstruct_steps(noisy, "relu1_1", size=96, restarts=4))
