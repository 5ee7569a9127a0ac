"""Style transfer on networks of others."""

import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.stylize.recipe import style_network
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.recipes.stylize.stylize import stylize

# Keras itself converts variables in the way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
LAYERS = {"content_layers": {"body/second": 1.0}, "style_layers": {"body/first": 1.0, "body/second": 1.0}}
FAST = {"size": 48, "first_size": 24, "steps": (4, 3)}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A classifier of images of 32x32 with its convolutions in a nested model."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    body = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(8, 3, activation="relu", name="first"),
            layers.Conv2D(8, 3, strides=2, activation="relu", name="second"),
        ],
        name="body",
    )
    image = keras.Input((32, 32, 3))
    path = tmp_path_factory.mktemp("network") / "shop.keras"
    keras.Model(image, layers.Dense(2, name="head")(layers.Flatten()(body(image)))).save(path)
    return str(path)


def test_a_file_of_others_styles_pictures_of_any_size(network, castle, wave):
    result = stylize(castle, wave, model=network, preprocessing="tf", **LAYERS, **FAST)
    assert result.finished
    assert result.image.shape == (*(max(1, round(48 * side / 64)) for side in castle.pixels.shape[:2]), 3)
    start = [entry["loss"] for entry in result.history if entry["scale"] == 2]
    assert start[-1] <= start[0]


def test_its_features_are_those_of_its_preprocessing(network):
    extractor = style_network(PRESETS.choose(model=network, preprocessing="0-255", **LAYERS)).extractor
    image = np.random.default_rng(0).random((1, 20, 40, 3)).astype(np.float32)
    first = keras.saving.load_model(network).get_layer("body").get_layer("first")
    np.testing.assert_allclose(extractor(image)["body/first"], first(255 * image), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preprocessing": None}, "what pixels .*shop.keras takes is not known"),
        ({"padding": "replicate"}, "padding is 'replicate', which only vgg16"),
        ({"pooling": "l2"}, "pooling is 'l2', which only vgg16"),
        ({"content_layers": {"head": 1.0}}, "'head' gives .2,. numbers for an image"),
        ({"content_layers": {"first": 1.0}}, "unknown layer 'first'; did you mean 'body/first'"),
        ({"style_layers": {"relu1_1": 1.0}}, "unknown layer 'relu1_1'; there is: .*body/second"),
        ({"preprocessing": "cafe"}, "did you mean 'caffe'"),
        ({"model": "vgg61"}, "unknown network 'vgg61'; did you mean 'vgg1"),
    ],
    ids=str,
)
def test_refuses_in_one_line(network, change, message):
    with pytest.raises(InputError, match=message):
        style_network(PRESETS.choose(**{"model": network, "preprocessing": "unit", **LAYERS, **change}))


def test_padding_is_replicated_where_it_can_be():
    names = [layer.name for layer in style_network(PRESETS["default"]).extractor.layers]
    assert "pad1_1" in names
    assert style_network(PRESETS["default"]) is style_network(PRESETS.choose(padding="replicate"))
    assert style_network(PRESETS["default"]) is not style_network(PRESETS.choose(padding="zero"))
