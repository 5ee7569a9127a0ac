import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones.graph import Graph, is_relu, replay
from nst_tf.errors import InputError

layers = keras.layers


def images(side=12, dtype="float32"):
    return tf.constant(np.random.default_rng(0).random((2, side, side, 3)), dtype)


def check_features(graph, model, names):
    """Compares `graph.features` with a Keras model of the same layers, by name; `names` is from ours to Keras's."""
    expected = keras.Model(model.inputs, [tensor for _, tensor in names])(images())
    found = graph.features(images(), [name for name, _ in names])
    assert list(found) == [name for name, _ in names]
    for (name, _), value in zip(names, expected, strict=True):
        np.testing.assert_allclose(found[name], value, rtol=1e-6, atol=1e-6, err_msg=name)


def test_features_are_the_intermediate_outputs_of_the_keras_model():
    image = keras.Input((12, 12, 3))
    a = layers.Conv2D(4, 3, name="a")(image)
    b = layers.BatchNormalization(name="b")(a)
    c = layers.ReLU(name="c")(b)
    d = layers.Conv2D(4, 3, padding="same", name="d")(c)
    e = layers.Add(name="e")([c, d])
    f = layers.Concatenate(name="f")([e, a])
    g = layers.MaxPooling2D(name="g")(f)
    model = keras.Model(image, layers.Dense(3, name="h")(layers.Flatten()(g)))
    graph = Graph(model)
    check_features(graph, model, list(zip("fabcdegh", [f, a, b, c, d, e, g, model.output], strict=True)))
    assert graph.maps == ("c",)
    assert graph.step("f").shape == (None, 10, 10, 8)


def test_operations_on_tensors_keep_their_numbers_and_order():
    image = keras.Input((12, 12, 3), name="image")
    shifted = keras.ops.subtract(1.0, image * 2.0)
    model = keras.Model(image, keras.ops.relu(shifted / 4.0) + shifted[:, :1])
    graph = Graph(model)
    last = graph.names[-1]
    np.testing.assert_allclose(graph.features(images(), [last])[last], model(images()), rtol=1e-6)
    x = 1 - 2 * images().numpy()
    np.testing.assert_allclose(graph.features(images(), [last])[last], np.maximum(x / 4, 0) + x[:, :1], rtol=1e-5)


def test_a_sequential_in_a_functional_in_a_functional_is_taken_apart():
    inner = keras.Sequential(
        [keras.Input((10, 10, 4)), layers.Conv2D(5, 3, name="conv"), layers.ReLU(name="relu")], name="inner"
    )
    inside = keras.Input((12, 12, 3))
    middle = keras.Model(inside, inner(layers.Conv2D(4, 3, name="conv")(inside)), name="middle")
    image = keras.Input((12, 12, 3), name="image")
    model = keras.Model(image, layers.ReLU(name="relu")(middle(layers.Rescaling(2.0, name="scale")(image))))
    graph = Graph(model)
    assert graph.names == ("scale", "middle/conv", "middle/inner/conv", "middle/inner/relu", "relu")
    assert graph.maps == ("middle/inner/relu", "relu")
    np.testing.assert_allclose(graph.features(images(), ["relu"])["relu"], model(images()), rtol=1e-6)
    found = graph.features(images(), ["middle/conv"])["middle/conv"]
    np.testing.assert_allclose(found, middle.layers[1](2 * images()), rtol=1e-6, atol=1e-6)


def test_a_model_used_twice_has_its_steps_twice_and_a_name_means_the_last():
    block = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(3, 3, padding="same", name="conv")], name="block")
    image = keras.Input((12, 12, 3))
    graph = Graph(keras.Model(image, block(block(image))))
    assert graph.names == ("block/conv", "block/conv")
    np.testing.assert_allclose(
        graph.features(images(), ["block/conv"])["block/conv"], block(block(images())), rtol=1e-5, atol=1e-6
    )


def test_a_layer_used_twice_is_run_twice():
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    image = keras.Input((12, 12, 3))
    graph = Graph(keras.Model(image, shared(shared(image))))
    assert graph.names == ("shared", "shared")
    np.testing.assert_allclose(
        graph.features(images(), ["shared"])["shared"], shared(shared(images())), rtol=1e-5, atol=1e-6
    )


def test_a_layer_of_several_outputs_gives_each_to_who_takes_it():
    image = keras.Input((12, 12, 3))
    first, second, third = keras.ops.split(image, 3, axis=-1)
    model = keras.Model(image, layers.Concatenate(name="mixed")([third, first, second, first]))
    mixed = Graph(model).features(images(), ["mixed"])["mixed"]
    np.testing.assert_array_equal(mixed, images().numpy()[..., [2, 0, 1, 0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_fused_activation_is_a_step_of_its_own(dtype):
    settings = {"activation": "tanh", "bias_initializer": "random_normal", "dtype": dtype}
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3), dtype=dtype),
            layers.Conv2D(4, 3, strides=2, name="conv", **settings),
            layers.Conv2D(4, 3, groups=2, dilation_rate=2, padding="same", name="grouped", **settings),
            layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise", **settings),
            layers.Flatten(dtype=dtype),
            layers.Dense(5, name="dense", **settings),
        ]
    )
    graph = Graph(model)
    names = ["conv", "grouped", "depthwise", "dense"]
    assert graph.names == tuple(
        name for layer in model.layers for name in ([f"{layer.name}/linear"] * (layer.name in names) + [layer.name])
    )
    found = graph.features(images(dtype=dtype), [*names, *(f"{name}/linear" for name in names)])
    expected = keras.Model(model.inputs, [model.get_layer(name).output for name in names])(images(dtype=dtype))
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    for name, value in zip(names, expected, strict=True):
        assert found[name].dtype == dtype
        np.testing.assert_allclose(found[name], value, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(np.tanh(found[f"{name}/linear"]), value, rtol=tolerance, atol=tolerance)


def test_features_in_half_precision_are_those_of_the_model():
    model = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Conv2D(4, 3, activation="relu", name="a", dtype="mixed_float16")]
    )
    found = Graph(model).features(images(), ["a"])["a"]
    assert found.dtype == "float16"
    np.testing.assert_allclose(found, model(images()), rtol=1e-2, atol=1e-3)


def test_maps_are_the_rectified_ones_and_without_them_the_convolutions():
    image = keras.Input((12, 12, 3))
    a = layers.Conv2D(4, 3, activation="relu", name="a")(image)
    b = layers.Activation("relu6", name="b")(layers.Conv2D(4, 3, name="hidden")(a))
    c = layers.ReLU(6, name="c")(layers.Conv2D(4, 3, activation="sigmoid", name="squashed")(b))
    leaky = layers.LeakyReLU(name="leaky")(layers.ReLU(negative_slope=0.1, name="also_leaky")(c))
    dense = layers.Dense(2, activation="relu", name="dense")(layers.Flatten()(leaky))
    assert Graph(keras.Model(image, dense)).maps == ("a", "b", "c")
    plain = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(4, 3, name="a"), layers.Conv2D(4, 3, name="b")])
    assert Graph(plain).maps == ("a", "b")


def test_what_rectifies_is_recognized_however_it_is_written():
    for layer in (
        layers.ReLU(),
        layers.ReLU(max_value=6),
        layers.Activation("relu"),
        layers.Activation("relu6"),
        layers.Activation(tf.nn.relu),
        layers.Activation(keras.ops.relu),
    ):
        assert is_relu(layer), layer
    for layer in (
        layers.ReLU(negative_slope=0.2),
        layers.ReLU(threshold=1.0),
        layers.LeakyReLU(),
        layers.ELU(),
        layers.Activation("linear"),
        layers.Activation("leaky_relu"),
        layers.Activation("softplus"),
    ):
        assert not is_relu(layer), layer
    image = keras.Input((4, 4, 3))
    graph = Graph(keras.Model(image, keras.ops.relu6(keras.ops.relu(image))))
    assert [is_relu(step.operation) for step in graph.steps] == [True, True]


def test_features_run_no_deeper_than_the_layers_and_not_beside_them():
    ran = []

    class Spy(layers.Layer):
        def call(self, inputs):
            ran.append(self.name)
            return inputs + 0

    image = keras.Input((12, 12, 3))
    a = Spy(name="a")(image)
    b, beside = Spy(name="b")(a), Spy(name="beside")(a)
    graph = Graph(keras.Model(image, Spy(name="c")(layers.Add()([b, beside]))))
    ran.clear()
    graph.features(images(), ["b"])
    assert ran == ["a", "b"]
    assert [step.name for step in graph.upto(["b", "a"])] == ["a", "b"]


def test_the_weights_are_the_models_own():
    model = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(4, 3, activation="relu", name="a")])
    graph = Graph(model)
    model.set_weights([2 * weight for weight in model.get_weights()])
    np.testing.assert_allclose(graph.features(images(), ["a"])["a"], model(images()), rtol=1e-6)


def test_an_unknown_layer_is_named_with_the_nearest():
    graph = Graph(keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(4, 3, name="conv1")]))
    for use in (graph.step, lambda name: graph.upto([name]), lambda name: graph.features(images(), [name])):
        with pytest.raises(InputError, match=r"^unknown layer 'conv11'; did you mean 'conv1'\? there is: conv1$"):
            use("conv11")


class Subclassed(keras.Model):
    def call(self, inputs):
        return inputs


def test_models_that_cannot_be_taken_apart_are_refused_in_one_line():
    one, two = keras.Input((4, 4, 3)), keras.Input((4, 4, 3))
    with pytest.raises(InputError, match=r"^pair has 2 inputs; it must take one image$"):
        Graph(keras.Model([one, two], layers.Add()([one, two]), name="pair"))
    with pytest.raises(InputError, match=r"^own is a Subclassed; it must be a functional or sequential model$"):
        Graph(Subclassed(name="own"))
    with pytest.raises(InputError, match=r"^unbuilt is a Sequential"):
        Graph(keras.Sequential([layers.Conv2D(4, 3)], name="unbuilt"))


def test_the_bundled_networks_have_their_rectified_maps(alexnet, vgg16):
    assert Graph(alexnet).maps == ("relu1", "relu2", "relu3", "relu4", "relu5")
    assert Graph(vgg16).maps[0] == "relu1_1"
    assert len(Graph(vgg16).maps) == 13


def test_a_replay_computes_the_same_and_leaves_the_model_alone():
    image = keras.Input((12, 12, 3))
    shifted = keras.ops.subtract(1.0, layers.Conv2D(3, 1, name="conv")(image))
    model = keras.Model(image, {"b": shifted * 2.0, "a": layers.ReLU(name="relu")(shifted)})
    other = keras.Input((None, None, 3))
    again = keras.Model(other, replay(model, other))
    assert list(again(images())) == ["b", "a"]
    for name, expected in model(images()).items():
        np.testing.assert_array_equal(again(images())[name], expected)
    assert again(images(side=5))["a"].shape == (2, 5, 5, 3)
    assert again.get_layer("conv") is model.get_layer("conv")
    assert Graph(keras.Model(image, shifted)).names[0] == "conv"
