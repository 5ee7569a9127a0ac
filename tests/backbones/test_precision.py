"""What networks compute with: which numbers a machine is faster with, and networks of both kinds in bfloat16."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone, open_network, precision
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.precision import MachinePrecision, dtype_policy, for_this_machine, in_bfloat16, machine_precision
from nst_tf.errors import InputError

# Keras itself converts variables in the way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

layers = keras.layers
IMAGE = np.random.default_rng(0).random((1, 24, 24, 3)).astype(np.float32)
CPUINFO = "processor\t: 0\nmodel name\t: A processor\nflags\t\t: fpu avx2 {}\n\nprocessor\t: 1\n"


@keras.saving.register_keras_serializable(package="test_precision")
class Stubborn(layers.Layer):
    """Multiplies by numbers of float32, whatever its policy."""

    def call(self, inputs):
        return tf.multiply(inputs, tf.constant(2.0, tf.float32))

    def compute_output_shape(self, input_shape):
        return input_shape


@pytest.fixture
def processor(monkeypatch, tmp_path):
    """Gives the processor a flag."""

    def have(flag):
        (tmp_path / "cpuinfo").write_text(CPUINFO.format(flag))
        monkeypatch.setattr(precision, "PROCESSOR", tmp_path / "cpuinfo")

    return have


@pytest.fixture
def gpu(monkeypatch):
    """Gives the machine a GPU of these details."""

    def have(**details):
        monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["a GPU"])
        monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: details)

    return have


def say(monkeypatch, name):
    """Has the machine be faster with these numbers."""
    monkeypatch.setattr(precision, "machine_precision", lambda: MachinePrecision(name, "it is a test"))


def network(*more):
    """Of a file that others made: nested, with all that has a say in what it computes with."""
    keras.utils.set_random_seed(0)
    body = keras.Sequential(
        [
            keras.Input((24, 24, 8)),
            layers.Conv2D(8, 3, activation="relu", name="second"),
            layers.BatchNormalization(name="normal"),
            layers.Conv2D(8, 3, dtype="mixed_float16", name="half"),
        ],
        name="body",
    )
    image = keras.Input((24, 24, 3))
    x = layers.Rescaling(2.0, -1.0, name="rescaling")(image)
    x = keras.ops.relu(layers.Conv2D(8, 3, padding="same", name="first")(x))
    for layer in more:
        x = layer(x)
    return keras.Model(image, layers.Dense(2, name="head")(layers.Flatten()(body(x))), name="shop")


@pytest.mark.parametrize(("flag", "name"), [("avx512_bf16", "bfloat16"), ("avx512f", "float32"), ("", "float32")])
def test_a_processor_computes_in_bfloat16_if_it_has_the_flag(processor, flag, name):
    processor(flag)
    assert machine_precision().name == name
    assert machine_precision().reason == f"the processor has {'no ' if name == 'float32' else ''}avx512_bf16"


def test_a_processor_of_which_nothing_is_listed_computes_in_float32(monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "PROCESSOR", tmp_path / "none")
    assert machine_precision().name == "float32"


@pytest.mark.parametrize(("capability", "name"), [((9, 0), "bfloat16"), ((8, 0), "bfloat16"), ((7, 5), "float32")])
def test_a_gpu_computes_in_bfloat16_from_its_capability_on(processor, gpu, capability, name):
    processor("avx512_bf16")  # which does not count, since it does not compute
    gpu(compute_capability=capability)
    told = ".".join(map(str, capability))
    assert machine_precision() == (name, f"the GPU has compute capability {told}; bfloat16 takes 8.0")


def test_a_gpu_of_another_kind_computes_in_float32(gpu):
    gpu(device_name="METAL")
    assert machine_precision() == ("float32", "the GPU tells no compute capability")


def test_only_what_is_left_to_the_machine_depends_on_it(monkeypatch):
    for machine in ("float32", "bfloat16"):
        say(monkeypatch, machine)
        assert [for_this_machine(asked) for asked in ("float32", "bfloat16")] == ["float32", "bfloat16"]
        assert for_this_machine("auto") == {"float32": "float32", "bfloat16": "auto"}[machine]
    with pytest.raises(InputError, match="unknown precision 'half'; there is: auto, float32, bfloat16"):
        open_network("alexnet", precision="half")


@pytest.mark.parametrize("name", ["vgg16", "alexnet"])
def test_features_in_bfloat16_are_those_of_float32_to_a_hundredth(name, photo):
    exact, narrow = (open_network(name, padding="replicate", precision=one) for one in ("float32", "bfloat16"))
    names = [one for one in Graph(exact).maps if not one.startswith("relu5_")]
    found, expected = (feature_extractor(one, names)(photo(48, 40)) for one in (narrow, exact))
    for layer in names:
        maps = tf.cast(found[layer], tf.float32)
        assert found[layer].dtype == tf.bfloat16
        assert float(tf.norm(maps - expected[layer])) < 1e-2 * float(tf.norm(expected[layer]))


def test_weights_and_the_preprocessing_stay_in_float32():
    exact, narrow = (open_network("alexnet", precision=one) for one in ("float32", "bfloat16"))
    for ours, theirs in zip(narrow.get_weights(), exact.get_weights(), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(narrow.get_layer("preprocess")(IMAGE), exact.get_layer("preprocess")(IMAGE))
    assert (Graph(narrow).precision, Graph(exact).precision) == ("bfloat16", "float32")


@pytest.mark.parametrize(("machine", "used"), [("float32", "float32"), ("bfloat16", "bfloat16")])
def test_auto_is_what_the_machine_is_faster_with(monkeypatch, machine, used):
    say(monkeypatch, machine)
    assert Graph(open_network("alexnet", precision="auto")).precision == used
    assert Graph(open_network("alexnet")).precision == "float32"


def test_float32_is_float32_whatever_the_policy_of_keras_is():
    with dtype_policy("mixed_bfloat16"):
        assert Graph(open_network("alexnet")).precision == "float32"
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "float32"


def test_pixels_are_not_rounded_before_the_mean_is_taken_off():
    with dtype_policy("mixed_bfloat16"):
        assert load_backbone("alexnet").get_layer("preprocess")(IMAGE).dtype == tf.float32


def test_a_network_of_others_is_copied_into_bfloat16():
    model = network()
    copy = in_bfloat16(model)
    of = {step.name: step.operation for step in Graph(copy).steps}
    computed = {name: of[name].compute_dtype for name in ("rescaling", "first", "body/second", "body/half", "head")}
    assert computed == {
        "rescaling": "float32",
        "first": "bfloat16",
        "body/second": "bfloat16",
        "body/half": "float16",
        "head": "bfloat16",
    }
    assert Graph(model).step("first").operation.compute_dtype == "float32"
    expected = model(IMAGE).numpy()
    np.testing.assert_allclose(tf.cast(copy(IMAGE), tf.float32), expected, atol=2e-2 * np.abs(expected).max())


def test_a_file_of_others_computes_as_asked(monkeypatch, tmp_path):
    network().save(tmp_path / "shop.keras")
    used = {}
    for asked, machine in (("auto", "float32"), ("auto", "bfloat16"), ("float32", "bfloat16"), ("bfloat16", "float32")):
        say(monkeypatch, machine)
        opened = open_network(tmp_path / "shop.keras", "unit", precision=asked)
        used[asked, machine] = Graph(opened).step("first").operation.compute_dtype
        assert opened.get_layer("preprocess").compute_dtype == "float32"
    assert list(used.values()) == ["float32", "bfloat16", "float32", "bfloat16"]


def test_a_network_that_cannot_is_refused_and_left_alone_by_auto(monkeypatch, tmp_path):
    network(Stubborn(name="stubborn")).save(tmp_path / "shop.keras")
    message = r"^precision is 'bfloat16', in which shop cannot compute: .+; float32 and auto do for it$"
    with pytest.raises(InputError, match=message):
        open_network(tmp_path / "shop.keras", "unit", precision="bfloat16")
    say(monkeypatch, "bfloat16")
    opened = open_network(tmp_path / "shop.keras", "unit", precision="auto")
    assert Graph(opened).step("first").operation.compute_dtype == "float32"


def test_a_saved_model_computes_as_it_was_exported(monkeypatch, tmp_path):
    image = keras.Input((24, 24, 3))
    keras.Model(image, {"maps": layers.Conv2D(4, 3)(image)}).export(tmp_path / "exported", verbose=False)
    with pytest.raises(InputError, match=r"exported cannot compute: a SavedModel computes as it was exported; float32"):
        open_network(tmp_path / "exported", "unit", precision="bfloat16")
    say(monkeypatch, "bfloat16")
    assert Graph(open_network(tmp_path / "exported", "unit", precision="auto")).precision == "float32"


def test_the_precision_of_a_graph_is_the_narrowest_of_its_layers():
    assert Graph(network()).precision == "float16"
    image = keras.Input((8, 8, 3))
    assert Graph(keras.Model(image, keras.ops.relu(image))).precision == "float32"
