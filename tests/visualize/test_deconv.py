import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import load_backbone
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.visualize.deconv import POSITIONS, Deconv
from nst_tf.visualize.settings import RULES, SEEDS

from .networks import NETWORKS, SIDE, contrast, convolutions, dense, network, photograph, poolings, randomize
from .oracle import Oracle

layers = keras.layers


def images(count=2, side=SIDE, dtype="float32"):
    return np.random.default_rng(1).random((count, side, side, 3)).astype(dtype)


def given(image, filters, positions=None):
    """What `Deconv` takes."""
    chosen = {"image": image, "filter": np.array(filters, np.int32)}
    return chosen if positions is None else chosen | {"position": np.array(positions, np.int32)}


def worst(found, expected):
    """The largest error, relative to the largest magnitude."""
    return np.abs(np.asarray(found, np.float64) - expected).max() / np.abs(expected).max()


def strongest(maps, filters):
    """The positions of the first maxima of `maps` `(n, rows, columns, channels)`."""
    planes = [plane[..., number] for plane, number in zip(maps, filters, strict=True)]
    return np.array([np.unravel_index(plane.argmax(), plane.shape) for plane in planes])


# Without ReLU


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("build", NETWORKS)
def test_without_relu_every_rule_gives_the_gradient(build, rule):
    model = network(NETWORKS[build], layers.Identity, "float64")
    image, filters = images(5, dtype="float64"), np.arange(5, dtype=np.int32)
    found = Deconv(model, "last", rule, seed="one", dtype="float64")(given(image, filters))
    assert found["projection"].dtype == "float64"
    with tf.GradientTape() as tape:
        tape.watch(pixels := tf.constant(image))
        maps = model(pixels)
        chosen = tf.gather(maps, filters, axis=-1, batch_dims=1)
        activation = tf.reduce_max(tf.reshape(chosen, [5, -1]), 1)
    np.testing.assert_allclose(found["activation"], activation, rtol=1e-9)
    gradient = tape.gradient(activation, pixels).numpy()
    np.testing.assert_allclose(found["projection"], gradient, rtol=1e-9, atol=1e-9 * np.abs(gradient).max())


# With ReLU


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("build", [*NETWORKS.values(), contrast])
def test_with_relu_every_rule_is_its_numpy_implementation(build, rule):
    model, oracle = network(build, dtype="float64"), None
    oracle = Oracle(model)
    image, filters = images(1, dtype="float64"), np.arange(5, dtype=np.int32)
    found = Deconv(model, "last", rule, dtype="float64")(given(image, filters))
    expected = oracle.project(image, "last", filters, rule=rule)
    assert worst(found["projection"], expected) < 1e-9
    np.testing.assert_allclose(model(image), oracle.values["last"], rtol=1e-9)


def test_the_rules_differ_where_there_are_relus():
    model = network(poolings)
    given_one = given(images(1), [0])
    deconvnet, guided, gradient = (Deconv(model, "last", rule)(given_one)["projection"].numpy() for rule in RULES)
    for one, other in ((deconvnet, guided), (deconvnet, gradient), (guided, gradient)):
        assert worst(one, other) > 0.05


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "rectify",
    [
        lambda: layers.ReLU(max_value=1.0),
        lambda: layers.Activation("relu"),
        lambda: layers.Activation(tf.nn.relu),
    ],
)
def test_relus_of_all_kinds_follow_the_rule(rectify, rule):
    model = network(convolutions, rectify)
    ceiling = getattr(model.layers[2], "max_value", None)
    twin = network(convolutions, lambda: layers.ReLU(max_value=ceiling))
    image = 4 * images(1)
    found = Deconv(model, "last", rule)(given(image, [0, 3]))
    assert worst(found["projection"], Oracle(twin).project(image, "last", [0, 3], rule=rule)) < 1e-5
    np.testing.assert_allclose(found["activation"], tf.reduce_max(model(image)[0], (0, 1)).numpy()[[0, 3]], rtol=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_fused_relus_are_as_good_as_separate_ones(rule):
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", strides=2)(image)
    x = layers.DepthwiseConv2D(3, activation="relu", name="depthwise")(x)
    x = layers.Dense(6, activation="relu")(layers.Flatten()(layers.MaxPooling2D(2)(x)))
    model = randomize(keras.Model(image, layers.Dense(4, name="last")(x)))
    pixels = images(1)
    found = Deconv(model, "last", rule)(given(pixels, [0, 1, 2, 3]))
    assert worst(found["projection"], Oracle(model).project(pixels, "last", range(4), rule=rule)) < 1e-5


@pytest.mark.parametrize("rule", RULES)
def test_the_layer_may_be_a_relu_itself(rule):
    model = network(NETWORKS["branches"])
    relu = next(layer.name for layer in model.layers if isinstance(layer, layers.ReLU))
    pixels = images(1)
    found = Deconv(model, relu, rule)(given(pixels, [0, 1, 2]))
    assert worst(found["projection"], Oracle(model).project(pixels, relu, range(3), rule=rule)) < 1e-5


# The bundled networks


REAL = {
    "alexnet": ["relu2", "conv3", "relu3", "relu4", "relu5"],
    "vgg16": [f"relu{block}_{number}" for block in (3, 4, 5) for number in (1, 2, 3)],
}
GRADIENTS = [*REAL["alexnet"], "relu3_1", "relu4_3", "relu5_3"]


@pytest.mark.parametrize("name", REAL)
def test_on_the_bundled_networks_every_rule_is_its_float64_implementation(name):
    model = load_backbone(name)
    oracle = Oracle(model)
    # Small, so that no ReLU's input is so near to 0 that float32 sees the other sign.
    image = photograph({"alexnet": 112, "vgg16": 48}[name])[None]
    oracle.up(image)
    errors = {}
    for layer in REAL[name]:
        maps = oracle.values[layer][0]
        filters = np.argsort(-maps.max((0, 1)))[[0, 15]].astype(np.int32)
        positions = strongest([maps] * 2, filters)
        signal = np.zeros((2, *maps.shape))
        at = (range(2), *positions.T, filters)
        signal[at] = maps[at[1:]]
        # TensorFlow's gradients need fewer examples than our own way down, and the oracle is slow.
        for rule in RULES if layer in GRADIENTS else RULES[:1]:
            found = Deconv(model, layer, rule)(given(image, filters))
            np.testing.assert_array_equal(found["position"], positions)
            errors[layer, rule] = worst(found["projection"], oracle.down(signal, rule, layer)[0])
    assert max(errors.values()) < 1e-4, errors


# What is chosen


def test_the_strongest_position_is_the_first_maximum():
    model = keras.Sequential([keras.Input((4, 5, 3)), layers.Identity(name="last")])
    image = np.zeros((1, 4, 5, 3), np.float32)
    image[0, 1, 3, 0] = image[0, 2, 1, 0] = 0.5
    image[0, 3, 4, 1] = 0.75
    found = Deconv(model, "last")(given(image, [0, 1, 2]))
    np.testing.assert_array_equal(found["position"], [[1, 3], [3, 4], [0, 0]])
    np.testing.assert_array_equal(found["activation"], [0.5, 0.75, 0])
    expected = np.zeros((3, 4, 5, 3))
    expected[0, 1, 3, 0], expected[1, 3, 4, 1] = 0.5, 0.75
    np.testing.assert_array_equal(found["projection"], expected)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_given_positions_are_projected(rule, seed):
    model = network(poolings)
    image, filters, positions = images(1), [0, 3, 3], np.array([[0, 0], [2, 1], [1, 2]])
    deconv = Deconv(model, "last", rule, position="given", seed=seed)
    found = deconv(given(image, filters, positions))
    expected = Oracle(model).project(image, "last", filters, positions, rule, seed)
    assert worst(found["projection"], expected) < 1e-5
    np.testing.assert_array_equal(found["position"], positions)
    np.testing.assert_allclose(
        found["activation"], model(image).numpy()[0][positions[:, 0], positions[:, 1], filters], rtol=1e-5
    )


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_map_is_projected(rule, seed):
    model = network(poolings)
    oracle, image, filters = Oracle(model), images(1), [0, 3]
    maps = oracle.up(image)[0]
    signal = np.zeros((2, *maps.shape))
    for n, number in enumerate(filters):
        signal[n, ..., number] = maps[..., number] if seed == "activation" else maps[..., number] > 0
    found = Deconv(model, "last", rule, position="map", seed=seed)(given(image, filters))
    assert worst(found["projection"], oracle.down(signal, rule, "last")[0]) < 1e-5
    np.testing.assert_allclose(found["activation"], maps.max((0, 1))[filters], rtol=1e-5)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("position", POSITIONS)
def test_one_image_for_many_filters_is_as_many_equal_images(rule, position):
    model = network(poolings)
    deconv = Deconv(model, "last", rule, position=position)
    positions = [[1, 1]] * 4 if position == "given" else None
    one = deconv(given(images(1), [4, 0, 2, 2], positions))
    many = deconv(given(np.repeat(images(1), 4, 0), [4, 0, 2, 2], positions))
    for name in ("projection", "activation", "position"):
        np.testing.assert_allclose(one[name], many[name], rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("rule", RULES)
def test_each_of_several_images_has_its_own_switches(rule):
    model = network(poolings)
    deconv = Deconv(model, "last", rule)
    together = deconv(given(images(3), [1, 0, 4]))
    for n, number in enumerate([1, 0, 4]):
        alone = deconv(given(images(3)[n : n + 1], [number]))
        np.testing.assert_allclose(together["projection"][n], alone["projection"][0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("overlap", ["sum", "last"])
def test_overlapping_windows_with_one_switch_are_summed_or_the_last_stays(overlap):
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.ReLU()(layers.Conv2D(4, 3)(image))
    x = layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D(3, 2)(x))
    model = randomize(keras.Model(image, layers.MaxPooling2D(3, 2, "same", name="last")(x)))
    pixels = images(1)
    oracle = Oracle(model, overlap)
    signal = np.zeros((2, *oracle.up(pixels).shape[1:]))
    for n in range(2):
        signal[n, ..., n] = oracle.values["last"][0, ..., n]
    found = Deconv(model, "last", position="map", overlap=overlap)(given(pixels, [0, 1]))
    assert worst(found["projection"], oracle.down(signal, "deconvnet")[0]) < 1e-5
    assert worst(found["projection"], Oracle(model, "sum").project(pixels, "last", [0, 1])) > 0.01


@pytest.mark.parametrize("rule", RULES)
def test_units_of_dense_layers_are_maps_of_one_position(rule):
    model = network(dense)
    pixels = images(1)
    found = Deconv(model, "last", rule)(given(pixels, [2, 4]))
    np.testing.assert_array_equal(found["position"], [[0, 0], [0, 0]])
    np.testing.assert_allclose(found["activation"], model(pixels).numpy()[0, [2, 4]], rtol=1e-5)
    oracle = Oracle(model)
    signal = np.eye(5)[[2, 4]] * oracle.up(pixels)
    assert worst(found["projection"], oracle.down(signal, rule)[0]) < 1e-5


def test_layers_of_nested_models_are_found_by_their_path():
    model = network(NETWORKS["nested"])
    name = next(name for name in Graph(model).names if "/conv" in name)
    outer, inner = name.split("/")
    nest = next(layer for layer in model.layers if layer.name == outer)
    pixels = images(1)
    found = Deconv(model, name, seed="one")(given(pixels, [1]))
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(pixels))
        below = x
        for layer in model.layers[1 : model.layers.index(nest)]:
            below = layer(below)
        value = tf.reduce_max(nest.get_layer(inner)(below)[..., 1])
    np.testing.assert_allclose(found["activation"][0], value, rtol=1e-5)
    # No ReLU lies below it.
    np.testing.assert_allclose(found["projection"], tape.gradient(value, x), rtol=1e-4, atol=1e-6)


def test_networks_of_any_image_size_take_images_of_different_sizes():
    deconv = Deconv(load_backbone("alexnet"), "relu2")
    for side in (64, 79):
        found = deconv(given(images(1, side), [3, 5]))
        assert found["projection"].shape == (2, side, side, 3)
        assert worst(found["projection"], Oracle(deconv.backbone).project(images(1, side), "relu2", [3, 5])) < 1e-5


# Refusals


def ending(*last):
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="conv"), *last])


@pytest.mark.parametrize(
    "layer",
    [
        layers.Softmax(name="odd"),
        layers.Activation("sigmoid", name="odd"),
        layers.LeakyReLU(name="odd"),
        layers.ReLU(negative_slope=0.1, name="odd"),
        layers.PReLU(name="odd"),
        layers.Conv2D(4, 3, activation="sigmoid", name="odd"),
        layers.LayerNormalization(name="odd"),
        layers.SeparableConv2D(4, 3, activation="tanh", name="odd"),
    ],
)
def test_layers_without_an_inverse_are_named_and_the_other_rules_take_them(layer):
    model = ending(layer, layers.Conv2D(2, 1, name="last"))
    with pytest.raises(InputError, match=r"^the layer 'odd' \(\w+\) has no inverse in the deconvnet; choose") as error:
        Deconv(model, "last")
    assert type(layer).__name__ in str(error.value) or "(Activation)" in str(error.value)
    assert "\n" not in str(error.value)
    Deconv(model, "conv")
    for rule in ("gradient", "guided"):
        found = Deconv(model, "last", rule, seed="one")(given(images(1, 8), [0]))
        with tf.GradientTape() as tape:
            tape.watch(pixels := tf.constant(images(1, 8)))
            value = tf.reduce_max(model(pixels)[..., 0])
        np.testing.assert_allclose(found["projection"], tape.gradient(value, pixels), rtol=1e-4, atol=1e-6)


def test_operations_that_are_not_linear_are_refused():
    image = keras.Input((8, 8, 3))
    for made in (image * image, image / (1.0 + image), keras.ops.exp(image), layers.Multiply()([image, image])):
        with pytest.raises(InputError, match="has no inverse in the deconvnet"):
            Deconv(keras.Model(image, layers.Identity(name="last")(made)), "last")


@pytest.mark.parametrize("rule", RULES)
def test_operations_that_are_linear_are_taken(rule):
    image = keras.Input((8, 8, 3))
    made = keras.ops.concatenate([1.0 - image * 2.0, (image[:, ::-1] / 4.0 - image) + 3.0], -1)
    deconv = Deconv(keras.Model(image, layers.Identity(name="last")(made)), "last", rule, position="given", seed="one")
    found = deconv(given(images(1, 8), [0, 4], [[1, 2], [1, 2]]))["projection"].numpy()
    expected = np.zeros((2, 8, 8, 3))
    expected[0, 1, 2, 0], expected[1, 6, 2, 1], expected[1, 1, 2, 1] = -2, 0.25, -1
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "cnv"}, "unknown layer 'cnv'; did you mean 'conv'"),
        ({"rule": "deconv"}, "unknown rule 'deconv'; did you mean 'deconvnet'"),
        ({"position": "first"}, "unknown position 'first'"),
        ({"seed": "ones"}, "unknown seed 'ones'; did you mean 'one'"),
        ({"overlap": "mean"}, "unknown overlap 'mean'"),
    ],
)
def test_unknown_names_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Deconv(ending(), **{"layer": "conv", **options})


# As a Keras model


GIVEN = given(images(2), [1, 4])
CONSTANTS = {name: tf.constant(array) for name, array in GIVEN.items()}


def assert_same(found, expected):
    for name in ("projection", "activation", "position"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
@pytest.mark.parametrize("rule", RULES)
def test_saved_as_keras_it_is_the_same(tmp_path, rule):
    deconv = Deconv(network(poolings), "last", rule, seed="one", name="projector")
    deconv.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras")
    assert (loaded.name, loaded.rule, loaded.seed, loaded.layer) == ("projector", rule, "one", "last")
    assert_same(loaded(GIVEN), deconv(GIVEN))


@pytest.mark.parametrize("rule", RULES)
def test_exported_as_saved_model_it_is_the_same(tmp_path, rule):
    deconv = Deconv(network(poolings), "last", rule)
    module = tf.Module()
    module.deconv, module.project = deconv, deconv._compiled
    tf.saved_model.save(module, str(tmp_path / "a"))
    loaded = tf.saved_model.load(str(tmp_path / "a"))
    assert_same(loaded.project(CONSTANTS), deconv(GIVEN))


def test_keras_export_is_the_same(tmp_path):
    deconv = Deconv(network(poolings), "last")
    signature = [deconv._signature()]
    deconv.export(tmp_path / "a", input_signature=signature, verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "a"))
    assert_same(loaded.serve(CONSTANTS), deconv(GIVEN))


@pytest.mark.parametrize(
    ("build", "rule"), [*((poolings, rule) for rule in RULES), (convolutions, "deconvnet"), (dense, "deconvnet")]
)
def test_compiled_by_xla_it_is_the_same(build, rule):
    deconv = Deconv(network(build), "last", rule)
    compiled = tf.function(lambda given: deconv(given), jit_compile=True, autograph=False)
    assert_same(compiled(CONSTANTS), deconv(GIVEN))


@pytest.mark.parametrize("rule", RULES)
def test_one_trace_serves_calls_of_all_numbers_and_types(rule):
    deconv = Deconv(network(poolings), "last", rule)
    for count in (1, 2, 5):
        deconv(given(images(count), np.arange(count)))
        deconv({"image": tf.constant(images(1)), "filter": tf.zeros(count, tf.int32)})
        deconv({"image": images(1).astype("float64"), "filter": tf.zeros(count, tf.int64)})
    assert deconv._compiled.experimental_get_tracing_count() == 1


def test_the_weights_are_the_backbones_own():
    model = network(poolings)
    deconv = Deconv(model, "last")
    deconv(GIVEN)
    randomize(model, seed=7)
    expected = Oracle(model).project(images(2)[:1], "last", [1])
    assert worst(deconv(given(images(2)[:1], [1]))["projection"], expected) < 1e-5
