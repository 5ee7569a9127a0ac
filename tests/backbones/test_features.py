"""Feature extraction to a depth, and the smallest image for it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import check_maps, check_size, feature_extractor, fit_image, smallest_size
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.zfnet import zfnet
from nst_tf.errors import InputError


def test_runs_no_deeper_than_the_deepest_layer(vgg16):
    names = [layer.name for layer in feature_extractor(vgg16, ["relu2_1", "relu1_1"]).layers]
    assert names == ["image", "preprocess", "conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1", "relu2_1"]


def test_shares_the_weights(alexnet):
    assert feature_extractor(alexnet, ["relu1"]).get_layer("conv1") is alexnet.get_layer("conv1")


def test_gives_the_features_by_name_in_the_order_asked_for(alexnet, photo):
    features = feature_extractor(alexnet, ["relu2", "conv1", "relu1"])(photo(40, 50))
    assert list(features) == ["relu2", "conv1", "relu1"]
    np.testing.assert_array_equal(features["relu1"], np.maximum(features["conv1"], 0))


def test_compiles(alexnet, photo):
    model = feature_extractor(alexnet, ["relu2", "pool5"])
    compiled = tf.function(model, jit_compile=True)
    image = photo(70, 64)
    for name, values in model(image).items():
        np.testing.assert_allclose(compiled(image)[name], values, rtol=1e-4, atol=1e-4)


def test_refuses_an_unknown_layer_and_none(alexnet):
    with pytest.raises(InputError, match="unknown layer 'relu9'; did you mean 'relu"):
        feature_extractor(alexnet, ["relu1", "relu9"])
    with pytest.raises(InputError, match="no layer was given"):
        feature_extractor(alexnet, [])


def positions(model, side):
    try:
        features = model(tf.zeros((1, side, side, 3)))
    except (tf.errors.OpError, ValueError):
        return 0
    return min(feature.shape[1] * feature.shape[2] for feature in features.values())


@pytest.mark.parametrize(
    ("backbone", "layers", "smallest"),
    [
        ("vgg16", ["relu1_1", "relu5_1"], 16),
        ("vgg16", ["relu1_2"], 1),
        ("vgg16", ["pool5", "relu2_1"], 32),
        ("alexnet", ["relu1"], 7),
        ("alexnet", ["relu5"], 31),
        ("alexnet", ["pool5"], 63),
    ],
)
def test_smallest_size_is_where_the_network_begins_to_run(backbone, layers, smallest, request):
    model = feature_extractor(request.getfixturevalue(backbone), layers)
    assert smallest_size(model) == smallest
    assert positions(model, smallest) == 1
    assert positions(model, smallest - 1) == 0


def test_smallest_size_of_a_whole_backbone(vgg16):
    assert smallest_size(vgg16) == 32


def test_refuses_an_image_that_is_too_small(vgg16):
    model = feature_extractor(vgg16, ["relu5_1"])
    check_size(model, 16, 16)
    with pytest.raises(
        InputError, match="the image is 40x15 pixels, too small for relu5_1; it must be 16x16 or larger"
    ):
        check_size(model, 15, 40)


def nested():
    """A convolution, a model of a model, and a head: names `outer/inner/conv` and so on, images of 20x20."""
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((18, 18, 4)), layers.Conv2D(5, 3, name="conv"), layers.ReLU(name="relu")], name="inner"
    )
    inside = keras.Input((20, 20, 3))
    outer = keras.Model(inside, inner(layers.Conv2D(4, 3, name="conv")(inside)), name="outer")
    image = keras.Input((20, 20, 3))
    x = outer(layers.Rescaling(2.0, name="double")(image))
    return keras.Model(image, layers.Dense(2, name="head")(layers.Flatten(name="flatten")(x)))


def test_layers_in_nested_models_have_paths():
    model = nested()
    names = ["outer/inner/relu", "head", "outer/conv", "outer"]
    image = np.random.default_rng(0).random((2, 20, 20, 3)).astype(np.float32)
    features = feature_extractor(model, names)(image)
    assert list(features) == names
    for name, values in Graph(model).features(tf.constant(image), [name for name in names if name != "outer"]).items():
        np.testing.assert_allclose(features[name], values, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(features["outer"], features["outer/inner/relu"])
    with pytest.raises(InputError, match="unknown layer 'inner/conv'; did you mean 'outer/inner/conv'"):
        feature_extractor(model, ["inner/conv"])


def test_a_network_of_one_size_gives_its_feature_maps_of_any():
    model = nested()
    extractor = feature_extractor(model, ["outer/inner/relu", "double"])
    image = np.random.default_rng(0).random((1, 9, 30, 3)).astype(np.float32)
    outer = model.get_layer("outer")
    first, second = outer.get_layer("conv"), outer.get_layer("inner").get_layer("conv")
    expected = np.maximum(second(first(2 * image)), 0)
    np.testing.assert_allclose(extractor(image)["outer/inner/relu"], expected, rtol=1e-5, atol=1e-6)
    assert smallest_size(extractor) == 5
    assert [id(weight) for weight in extractor.weights] == [id(weight) for weight in model.weights[:4]]


def test_what_depends_on_the_size_keeps_it():
    assert feature_extractor(nested(), ["head"]).input_shape == (None, 20, 20, 3)
    pixelwise = zfnet(2, side=56, width=0.02, mean=np.zeros((56, 56, 3)))
    assert feature_extractor(pixelwise, ["relu3"]).input_shape == (None, 56, 56, 3)


def test_only_feature_maps_pass_for_maps():
    model = nested()
    check_maps(feature_extractor(model, ["double", "outer/conv"]))
    with pytest.raises(InputError, match=r"the layer 'head' gives \(2,\) numbers for an image; it must be one of"):
        check_maps(feature_extractor(model, ["double", "head"]))


def network(height, width):
    image = keras.Input((height, width, 3))
    return keras.Model(image, keras.layers.ReLU()(image))


@pytest.mark.parametrize(("shape", "expected"), [((30, 60), (20, 40)), ((60, 30), (40, 20)), ((7, 7), (20, 20))])
def test_a_network_of_any_size_gets_the_whole_picture(shape, expected):
    assert fit_image(network(None, None), np.zeros((*shape, 3), np.float32), 20).shape == (*expected, 3)


@pytest.mark.parametrize("shape", [(10, 16), (16, 10), (8, 12), (3, 50)])
def test_a_network_of_one_size_gets_that(shape):
    assert fit_image(network(8, 12), np.zeros((*shape, 3), np.float32)).shape == (8, 12, 3)


def test_what_does_not_fit_is_cut_off_evenly():
    picture = np.zeros((8, 20, 3), np.float32)
    picture[:, 4:16] = np.random.default_rng(0).random((8, 12, 3))
    np.testing.assert_array_equal(fit_image(network(8, 12), picture), picture[:, 4:16])
