"""The objective against the recipe's own, which the optimiser is given."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.images import fit, read_image, resize
from nst_tf.objectives import Content, TotalVariation, WassersteinStyle, raw_moments
from nst_tf.objectives.neighbours import choices_of, swapped
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.samples import sample
from nst_tf.training.style.objective import POSITIONS, StyleObjective

SETTINGS = PRESETS.choose("default", size=64, content_weight=0.5, style_weight=3.0, tv_weight=7.0)
SIDE = 48


@pytest.fixture(scope="module")
def encoder():
    layers = tuple({**SETTINGS.style_layers, **SETTINGS.content_layers})
    return feature_extractor(load_backbone("vgg16", padding="replicate"), layers)


def picture(name, size):
    return np.clip(resize(read_image(sample(name)).pixels, size), 0, 1)


@pytest.fixture(scope="module")
def styles():
    return [read_image(sample(name)).pixels for name in ("great_wave", "auvers")]


@pytest.fixture(scope="module")
def photo():
    return picture("neuschwanstein", (SIDE, SIDE))[None]


def expected_style(encoder, style, made):
    """By the objectives of the recipe, of one picture; the style brought to its size as there."""
    measured = encoder(np.clip(resize(style, fit(style.shape, 64)), 0, 1)[None])
    total, whole = 0.0, sum(SETTINGS.style_layers.values())
    for layer, weight in SETTINGS.style_layers.items():
        mean, second = raw_moments(measured[layer])
        objective = WassersteinStyle.of_moments(layer, mean[0].numpy(), second[0].numpy())
        total += weight / whole * objective(encoder(made), made)[0].numpy()
    return total


def expected_target(encoder, style, photo, layer):
    """The content's features swapped with the style's, as the recipe does it."""
    measured = encoder(np.clip(resize(style, fit(style.shape, 64)), 0, 1)[None])[layer]
    return swapped(encoder(photo)[layer], choices_of([measured], 3), 3, SETTINGS.strength * SETTINGS.swap)


def expected_patches(encoder, style, made):
    """By the definition, in NumPy, on the grid of positions that is looked at."""
    measured, seen, total = encoder(np.clip(resize(style, fit(style.shape, 64)), 0, 1)[None]), encoder(made), 0.0
    for layer in SETTINGS.style_layers:
        places = measured[layer].numpy().reshape(-1, measured[layer].shape[-1])
        step = max(1, seen[layer].shape[1] // POSITIONS)
        positions = seen[layer].numpy()[:, step // 2 :: step, step // 2 :: step].reshape(-1, places.shape[-1])
        mean = places.mean(0)
        places, positions = ((one - mean) / np.linalg.norm(one - mean, axis=1, keepdims=True)
                             for one in (places, positions))  # fmt: skip
        total += 1 - (positions @ places.T).max(1).mean()
    return total / len(SETTINGS.style_layers)


def test_one_picture_is_measured_as_the_recipe_measures_it(encoder, styles, photo):
    objective = StyleObjective(encoder, styles, SETTINGS)
    made = np.ascontiguousarray(photo[:, ::-1])
    weights = list(SETTINGS.content_layers.values())
    paint = SETTINGS.strength * (2 - SETTINGS.strength)
    for number, style in enumerate(styles):
        parts = objective(tf.constant(number), tf.constant(made), encoder(made), encoder(photo))
        assert float(parts["style"]) == pytest.approx(3 * paint * expected_style(encoder, style, made), rel=1e-3)
        content = [float(Content(layer, expected_target(encoder, style, photo, layer))(encoder(made), made)[0])
                   for layer in SETTINGS.content_layers]  # fmt: skip
        assert float(parts["content"]) == pytest.approx(0.5 * np.average(content, weights=weights), rel=1e-4)
        patches = SETTINGS.patch_weight * paint * expected_patches(encoder, style, made)
        assert float(parts["patches"]) == pytest.approx(patches, rel=1e-3)
        variation = 7 * paint * float(TotalVariation()({}, tf.constant(made))[0])
        assert float(parts["variation"]) == pytest.approx(variation, rel=1e-4)
        assert float(parts["loss"]) == pytest.approx(sum(float(parts[name]) for name in parts if name != "loss"))


def test_a_batch_has_the_style_of_its_pictures_together(encoder, styles):
    """The halves of a picture, which are unlike, are nearer the style together than each alone."""
    style = picture("great_wave", (64, 96))
    halves = np.stack([style[:, :48], style[:, 48:]])
    objective = StyleObjective(encoder, [style], PRESETS.choose("default", size=96))

    def distance(images):
        return float(objective(tf.constant(0), tf.constant(images), encoder(images), encoder(images))["style"])

    assert distance(halves) < 0.6 * min(distance(halves[:1]), distance(halves[1:]))


def test_features_of_mixed_precision_are_measured_in_float32(encoder, styles, photo):
    objective = StyleObjective(encoder, styles[:1], SETTINGS)
    exact = objective(tf.constant(0), tf.constant(photo), encoder(photo), encoder(photo))
    rounded = {layer: tf.cast(maps, tf.bfloat16) for layer, maps in encoder(photo).items()}
    found = objective(tf.constant(0), tf.constant(photo), rounded, rounded)
    assert {value.dtype for value in found.values()} == {tf.float32}
    assert float(found["style"]) == pytest.approx(float(exact["style"]), rel=0.02)


def test_the_style_can_be_chosen_within_a_graph(encoder, styles, photo):
    objective = StyleObjective(encoder, styles, SETTINGS)
    features = encoder(photo)
    graph = tf.function(
        lambda number: objective(number, tf.constant(photo), features, features)["style"], autograph=False
    )
    found = [float(graph(tf.constant(number))) for number in (0, 1)]
    paint = SETTINGS.strength * (2 - SETTINGS.strength)
    assert found == pytest.approx([3 * paint * expected_style(encoder, style, photo) for style in styles], rel=1e-3)
