"""Where networks are parted, and that both parts together see what the whole does."""

import keras
import numpy as np

from nst_tf.backbones import feature_extractor, open_network
from nst_tf.backbones.graph import Graph
from nst_tf.views.storeys import storeys, tilings

from .networks import SIZES, TILE, assert_each_counts_once, built, pixels

STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


def opened(layers):
    """The storeys of VGG16 for these layers."""
    return storeys(Graph(feature_extractor(open_network("vgg16"), layers)), layers, (64, 64))


def test_vgg16_is_parted_at_its_second_pooling():
    lower, upper = opened(STYLE)
    assert (lower.layers, lower.passed, upper.layers) == (STYLE[:2], "pool2", STYLE[2:])


def test_a_network_of_which_only_low_layers_are_looked_at_is_one_storey():
    assert [storey.layers for storey in opened(STYLE[:2])] == [STYLE[:2]]


def test_a_network_whose_parts_are_joined_again_is_one_storey():
    image = keras.Input((None, None, 3))
    pool = keras.layers.MaxPooling2D(name="pool")(image)
    conv = keras.layers.Conv2D(4, 3, padding="same", name="conv")(pool)
    past = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="past")(image)
    joined = keras.layers.Add(name="joined")([conv, past])
    graph = Graph(keras.Model(image, joined))
    assert [storey.layers for storey in storeys(graph, ["joined"], (64, 64))] == [("joined",)]
    assert [storey.layers for storey in storeys(graph, ["past", "conv"], (64, 64))] == [("past",), ("conv",)]


def test_both_storeys_see_what_the_network_sees():
    network, image = built("float64"), pixels((45, 70))
    expected, (lower, upper) = network.extractor(image), network.storeys
    below = lower.look(image)
    found = {**below, **upper.look(below[lower.passed])}
    for layer, maps in expected.items():
        np.testing.assert_allclose(found[layer], maps, rtol=1e-12)


def test_each_position_counts_in_one_tile_of_its_storey():
    network = built("float32")
    for size in SIZES:
        for storey, tiles in zip(network.storeys, tilings(network.storeys, size, TILE), strict=True):
            assert_each_counts_once(tiles, storey.seen)


def test_the_upper_storey_of_vgg16_takes_tiles_of_twice_the_side_and_the_lower_one_a_margin_of_8_pixels():
    lower, upper = tilings(opened(STYLE), (2048, 2048), 512)
    assert len(lower.windows) == 16
    assert len(upper.windows) == 4
    np.testing.assert_array_equal(lower.windows[5], [512 - 8, 512 - 8, 1024 + 8, 1024 + 8])
    assert tuple(upper.boxes[""][0, -2:]) == (512, 512)
