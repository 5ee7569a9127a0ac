import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images.montage import LABEL
from nst_tf.recipes.feature_loop import network_graph
from nst_tf.recipes.features.recipe import feature_network
from nst_tf.recipes.features.settings import PRESETS
from nst_tf.recipes.features.visualize_features import visualize_features, visualize_features_steps

layers = keras.layers
TINY = {"size": 24, "steps": 10, "jitter": 1.0}


@pytest.fixture(scope="module")
def network():
    """Random convolutions, few of whose units are silent, and a dense layer for images of 24x24."""
    keras.utils.set_random_seed(0)
    image = keras.Input((24, 24, 3))
    options = {"activation": "relu", "bias_initializer": keras.initializers.Constant(0.5)}
    x = layers.Conv2D(6, 5, strides=2, name="first", **options)(image)
    x = layers.Conv2D(8, 3, name="second", **options)(x)
    inner = keras.Sequential([layers.Flatten(), layers.Dense(4, name="scores"), layers.Softmax()], name="head")
    return keras.Model(image, inner(x), name="tiny")


def activations(network, layer, images):
    graph = network_graph(network, None)
    return graph.features(images, [layer])[layer].numpy()


@pytest.mark.parametrize("layer", ["relu4_2", "relu5_1"])
def test_channels_of_vgg16_are_excited_within_a_few_steps(layer):
    losses = [step.loss for step in visualize_features_steps(layer, channels=[5, 100], size=48, steps=15)]
    assert losses[-1] < losses[0] - 5  # deviations of the layer on noise


@pytest.mark.parametrize("canvas", ["fourier", "pixels"])
@pytest.mark.parametrize("decorrelate", [True, False])
def test_each_picture_excites_its_channel_most(network, canvas, decorrelate):
    channels, options = [0, 3, 5, 7], {"canvas": canvas, "decorrelate": decorrelate, "steps": 40, "rate": 0.2}
    still = {"size": 24, "jitter": 0.0, "zoom": 0.0, "rotate": 0.0}
    sheet = visualize_features("second", model=network, channels=channels, **options, **still).picture
    means = activations(network, "second/linear", sheet.images).mean(axis=(1, 2))[:, channels]
    np.testing.assert_array_equal(means.argmax(axis=0), range(4))


def test_a_unit_is_excited_at_its_place(network):
    options = {"model": network, "channels": [2], "size": 24, "steps": 20}
    sheet = visualize_features("second", unit=(2, 6), **options).picture
    changed = np.abs(sheet.images[0] - visualize_features("second", unit=(6, 2), **options).picture.images[0])
    values = activations(network, "second/linear", sheet.images)[0, :, :, 2]
    assert values[2, 6] > values[6, 2]
    assert changed.max() > 0.05


def test_a_direction_is_excited_and_its_opposite_is_another_picture(network):
    vector = np.random.default_rng(0).normal(size=8)
    result = visualize_features("second", model=network, direction=np.stack([vector, -vector]), **TINY)
    means = activations(network, "second/linear", result.picture.images).mean(axis=(1, 2)) @ vector
    assert means[0] > means[1]


def test_classes_are_excited_in_the_size_that_the_network_takes(network):
    result = visualize_features(classes=[0, 2, 3], model=network, steps=20)
    assert result.picture.images.shape == (3, 24, 24, 3)
    scores = activations(network, "head/scores", result.picture.images)[:, [0, 2, 3]]
    np.testing.assert_array_equal(scores.argmax(axis=0), range(3))
    assert result.picture.names == ("class 0", "class 2", "class 3")


def test_a_whole_layer_is_excited(network):
    result = visualize_features("second", model=network, **TINY)
    before = activations(network, "second", np.full((1, 24, 24, 3), 0.5, np.float32))
    after = activations(network, "second", result.picture.images)
    assert (after**2).mean() > (before**2).mean()
    assert result.picture.names == ("second",)


def test_a_channel_looks_the_same_whatever_else_is_in_its_batch(network):
    alone = visualize_features("second", model=network, channels=[3], **TINY).picture.images[0]
    together = visualize_features("second", model=network, channels=[6, 3, 1], **TINY).picture.images[1]
    np.testing.assert_allclose(alone, together, atol=1e-3)


def test_another_seed_is_another_picture_and_the_same_one_the_same(network):
    one, again, other = (
        visualize_features("second", model=network, channels=[3], seed=seed, **TINY).image for seed in (1, 1, 2**62)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.01


def test_variants_make_a_row_each_and_diversity_makes_them_differ(network):
    options = {"model": network, "channels": [1, 2], "variants": 3, "size": 24, "steps": 30}
    plain, diverse = (visualize_features("second", diversity=weight, **options) for weight in (0.0, 100.0))
    assert plain.image.shape == (2 * (24 + LABEL) + 2, 3 * 24 + 2 * 2, 3)
    assert plain.picture.names == ("second channel 1",) * 3 + ("second channel 2",) * 3
    np.testing.assert_array_equal(plain.image[-24:, 52:], plain.picture.images[5])

    def similarity(images):
        maps = activations(network, "second/linear", images).reshape(2, 3, -1, 8)
        grams = np.einsum("nvpi,nvpj->nvij", maps, maps).reshape(2, 3, -1)
        unit = grams / np.linalg.norm(grams, axis=-1, keepdims=True)
        return np.einsum("nvi,nwi->", unit, unit)

    assert similarity(diverse.picture.images) < similarity(plain.picture.images)


def test_priors_calm_the_picture(network):
    options = {"model": network, "channels": [1], "size": 24, "steps": 30}
    plain, smooth, pale = (
        visualize_features("second", **options, **prior).picture.images[0]
        for prior in ({}, {"tv_weight": 1e4}, {"l2_weight": 1e4})
    )
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.5 * np.abs(np.diff(plain, axis=0)).mean()
    mean = np.array([0.485, 0.456, 0.406])  # colour of photographs
    assert np.square(pale - mean).mean() < 0.25 * np.square(plain - mean).mean()


def test_other_channels_do_not_trace_again(network):
    settings = PRESETS.choose(model=network, **TINY)
    loop = feature_network(network_graph(network, None), "first/linear", settings).loop
    for channels in ([0, 1], [4, 5], [3, 3]):
        visualize_features("first", model=network, channels=channels, **TINY)
    assert loop.traces == 1
    for unit in ((0, 0), (7, 3)):
        visualize_features("first", model=network, channels=[1, 2], unit=unit, **TINY)
    assert loop.traces == 2


def test_the_time_limit_ends_with_what_there_is(network):
    result = visualize_features("second", model=network, channels=[0], size=24, steps=100_000, time_limit=1e-3)
    assert not result.finished
    assert result.history[-1]["step"] < 100


def test_more_pictures_than_fit_into_memory_are_refused(network):
    with pytest.raises(InputError, match=r"1000000000 pictures of 24x24 pixels need about \d+\.\d GiB of memory, and"):
        visualize_features("second", model=network, channels=[0], size=24, variants=10**9)
    with pytest.raises(InputError, match=r"100000x100000 pixels need about .* a size of"):
        visualize_features("second", model=network, channels=[0], size=100_000)


def test_a_picture_too_small_for_the_layer_is_refused():
    with pytest.raises(InputError, match="'pool5' cannot be computed for pictures of 16x16 pixels; larger pictures"):
        visualize_features("pool5", channels=[0], size=16)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "a layer or classes must be given, and not both"),
        ({"layer": "second", "classes": [1]}, "a layer or classes must be given, and not both"),
        ({"classes": [1], "channels": [1]}, "classes were given"),
        ({"layer": "second", "unit": (20, 1), "size": 24}, "unit is .20, 1.; at 24 pixels 'second' has 8 rows and 8"),
        ({"layer": "second", "size": 6}, "'second' cannot be computed for pictures of 6x6 pixels; .* made for 24x24"),
        ({"classes": [1], "size": 48}, "'head/scores' cannot be computed for pictures of 48x48 pixels"),
        ({"classes": [1], "variants": 2, "diversity": 1.0}, "'head/scores' gives no maps"),
        ({"layer": "second", "canvas": "wavelets"}, "unknown canvas 'wavelets'"),
        ({"layer": "second", "step": 3}, "unknown setting 'step'"),
    ],
)
def test_what_cannot_be_made_is_refused(network, options, message):
    with pytest.raises(InputError, match=message):
        visualize_features(**{"model": network, **options})
