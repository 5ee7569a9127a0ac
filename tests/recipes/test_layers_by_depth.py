"""Layers chosen by depth, on networks of others."""

import logging

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import Picture
from nst_tf.recipes.dream.dream import dream
from nst_tf.recipes.layers_by_depth import levels, middle
from nst_tf.recipes.stylize.stylize import stylize
from nst_tf.recipes.texture.texture import texture

# Keras itself converts variables in the way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
layers = keras.layers
PICTURE = Picture(np.random.default_rng(0).random((32, 32, 3)).astype(np.float32))
SMALL = {"size": 32, "steps": (1,), "preprocessing": "unit"}


def convolved(x, name, strides=1, padding="same"):
    return layers.Conv2D(4, 3, strides=strides, padding=padding, activation="relu", name=name)(x)


def shop():
    """A classifier of images of any size: maps of a whole, a half and a fourth, and a branch of one position."""
    image = keras.Input((None, None, 3))
    x = convolved(convolved(image, "a"), "b", padding="valid")
    x = layers.MaxPooling2D()(x)
    x = convolved(x, "c")
    whole = layers.Conv2D(4, 1, activation="relu", name="gate")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = convolved(layers.Multiply()([x, whole]), "d")
    x = convolved(x, "e", strides=2)
    return keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)), name="shop")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("network") / "shop.keras"
    shop().save(path)
    return str(path)


def test_the_last_maps_before_each_halving_are_taken():
    assert levels(Graph(shop())) == ("b", "d", "e")


def test_content_comes_from_the_middle():
    assert [middle("abcde"[:count], 2) for count in (1, 2, 3, 4, 5)] == ["a", "b", "bc", "cd", "cd"]


def test_a_network_without_maps_is_refused():
    flat = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)], name="flat")
    with pytest.raises(InputError, match="flat has no feature maps that layers could be chosen of"):
        levels(Graph(flat))


@pytest.mark.parametrize(
    ("make", "sources", "told", "chosen"),
    [
        (
            stylize,
            (PICTURE, PICTURE),
            "--style-layers b=256,d=64,e=16 --content-layers d=1,e=1",
            {"style_layers": {"b": 256, "d": 64, "e": 16}, "content_layers": {"d": 1, "e": 1}},
        ),
        (texture, (PICTURE,), "--layers b=16,d=4,e=2", {"layers": {"b": 16, "d": 4, "e": 2}}),
        (dream, (PICTURE,), "--layers d=1,e=1", {"layers": {"d": 1, "e": 1}}),
    ],
)
def test_recipes_choose_layers_of_a_network_of_others_and_say_which(network, caplog, make, sources, told, chosen):
    few = {"octaves": 1} if make is dream else {"first_size": 32}
    with caplog.at_level(logging.INFO, "nst_tf"):
        made = make(*sources, model=network, **SMALL, **few, **({"init": "content"} if make is stylize else {}))
    assert {name: getattr(made.settings, name) for name in chosen} == chosen
    assert f"layers of {network} were chosen by depth; to choose others: {told}" in caplog.messages


def test_layers_that_somebody_named_are_not_replaced(network):
    with pytest.raises(InputError, match="unknown layer 'relu9'"):
        dream(PICTURE, model=network, layers={"relu9": 1.0}, **SMALL)
