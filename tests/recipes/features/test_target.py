import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.recipes.features.target import class_target, layer_target

layers = keras.layers
NAMES = ["cat", "dog", "12", "owl"]


def classifier(last):
    image = keras.Input((16, 16, 3))
    x = layers.ReLU(name="rectified")(layers.Conv2D(5, 3, name="convolved")(image))
    x = layers.Conv2D(6, 3, activation="relu", name="fused")(x)
    return Graph(keras.Model(image, last(layers.Flatten(name="flat")(x)), name="net"))


@pytest.fixture(scope="module")
def graph():
    return classifier(layers.Dense(4, activation="softmax", name="classes"))


@pytest.mark.parametrize(
    ("layer", "measured"), [("rectified", "convolved"), ("fused", "fused/linear"), ("convolved", "convolved")]
)
def test_channels_and_directions_are_measured_before_the_rectification(graph, layer, measured):
    assert layer_target(graph, layer, [1]).layer == measured
    count = graph.step(layer).shape[-1]
    assert layer_target(graph, layer, direction=np.ones(count)).layer == measured
    assert layer_target(graph, layer).layer == layer


def test_every_channel_is_a_feature_of_that_name(graph):
    target = layer_target(graph, "fused", [3, 0, 5])
    np.testing.assert_array_equal(target.channels, [3, 0, 5])
    assert target.names == ("fused channel 3", "fused channel 0", "fused channel 5")


def test_a_direction_or_rows_of_them_are_features(graph):
    rows = np.arange(12).reshape(2, 6)
    np.testing.assert_array_equal(layer_target(graph, "fused", direction=rows).vectors, rows)
    np.testing.assert_array_equal(layer_target(graph, "fused", direction=rows[1]).vectors, rows[1:])


@pytest.mark.parametrize(
    ("last", "measured"),
    [
        (layers.Dense(4, activation="softmax", name="classes"), "classes/linear"),
        (keras.Sequential([layers.Dense(4, name="scores"), layers.Softmax(name="soft")], name="head"), "head/scores"),
        (layers.Dense(4, name="scores"), "scores"),
    ],
    ids=["fused", "separate and nested", "none"],
)
def test_classes_are_measured_before_the_softmax(last, measured):
    target = class_target(classifier(last), ["owl", 1, "12", "0"], NAMES)
    assert target.layer == measured
    np.testing.assert_array_equal(target.channels, [3, 1, 2, 0])
    assert target.names == ("owl", "dog", "12", "cat")


def test_classes_without_names_have_numbers(graph):
    assert class_target(graph, ["3"], None).names == ("class 3",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"layer": "fuse"}, "unknown layer 'fuse'; did you mean 'fused'"),
        ({"layer": "fused", "channels": [6]}, "'fused' has the channels 0 to 5, and no channel 6"),
        ({"layer": "fused", "channels": [-1]}, "no channel -1"),
        ({"layer": "fused", "channels": []}, "channels is empty"),
        ({"layer": "fused", "channels": [1], "direction": np.ones(6)}, "one of them only"),
        ({"layer": "fused", "direction": np.ones(5)}, r"shape \(5,\); for layer 'fused' it must hold 6 finite"),
        ({"layer": "fused", "direction": np.full(6, np.nan)}, "finite"),
        ({"layer": "flat", "unit": (1, 2)}, r"'flat' has no rows and columns, so it has no unit \(1, 2\)"),
        ({"layer": "fused", "unit": (1, -2)}, "each 0 or more"),
    ],
)
def test_what_the_layer_does_not_have_is_refused(graph, given, message):
    with pytest.raises(InputError, match=message):
        layer_target(graph, **given)


def test_an_unknown_class_is_refused(graph):
    with pytest.raises(InputError, match=r"unknown class 'cow'.*cat, dog"):
        class_target(graph, ["cow"], NAMES)
    with pytest.raises(InputError, match="unknown class 4; there is: 0 to 3"):
        class_target(graph, [4], None)


def test_a_network_without_classes_is_refused():
    image = keras.Input((None, None, 3))
    with pytest.raises(InputError, match=r"net is no classifier: its output is not \(batch, classes\)"):
        class_target(Graph(keras.Model(image, layers.Conv2D(5, 3)(image), name="net")), [1], None)


def test_a_layer_that_gives_neither_maps_nor_scores_is_refused():
    image = keras.Input((8, 8, 3))
    rows = layers.Reshape((8, 24), name="rows")(image)
    with pytest.raises(InputError, match=r"'rows' gives \(None, 8, 24\); it must give feature maps or be dense"):
        layer_target(Graph(keras.Model(image, rows)), "rows")
