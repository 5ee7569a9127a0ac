"""The exported models, in every way to load them: they give what the package gives in Python."""

import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import nst_tf
from nst_tf.backbones import fit_image, precision
from nst_tf.backbones.precision import MachinePrecision
from nst_tf.export.models import dream, reconstruct, stylize, texture
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.pictures import encode_png
from nst_tf.images import center_square, read_image, resize_image
from nst_tf.visualize.display import display_projection

from ..graphs import as_it_is
from .comparing import EIGHT_BITS, picture
from .conftest import FEW_LAYERS, OPTIONS, few_layers, stylizer
from .through_c import meta_graph

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning"
)  # of Keras, which saves and loads a network

NAMES = tuple(OPTIONS)
FORBIDDEN = (
    "PyFunc",
    "ReadFile",
    "WriteFile",
    "Matching",
    "TextLine",
    "Socket",
    "Send",
    "Recv",
    "Print",
    "Xla",
    "Collective",
)
ALLOWED = set(Path(__file__).with_name("allowed_operations.txt").read_text().split())


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A photograph, as a file and as Python reads it."""
    file = tmp_path_factory.mktemp("photo") / "photo.jpg"
    file.write_bytes(example_bytes("neuschwanstein", 160))
    return file.read_bytes(), read_image(file).pixels


@pytest.mark.parametrize("name", NAMES)
def test_operations_are_none_but_the_allowed(exported, name):
    graph = meta_graph(exported(name).folder).graph_def
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    used = {node.op for node in nodes} - {function.signature.name for function in graph.library.function}
    assert used <= ALLOWED, f"to be looked at: {sorted(used - ALLOWED)}"
    assert not any(function.attr["_XlaMustCompile"].b for function in graph.library.function)


@pytest.mark.parametrize(
    "network",
    [
        lambda: stylize._Stylizer().network,
        lambda: texture._Weaver().network,
        lambda: dream._Dreamer("alexnet", None, ("relu2",)).network,
        lambda: reconstruct._Inverter("alexnet", None, ("relu2",)).networks[0],
    ],
    ids=["stylize", "texture", "dream", "reconstruct"],
)
def test_what_is_served_computes_in_float32_whatever_exported_it(network, monkeypatch):
    monkeypatch.setattr(precision, "machine_precision", lambda: MachinePrecision("bfloat16", "it is a test"))
    assert network().precision == "float32"


def test_no_allowed_operation_reaches_out_of_the_graph():
    # Saving and restoring of variables is in every SavedModel, and runs before any request.
    assert not [one for one in ALLOWED if any(part in one for part in FORBIDDEN)]


@pytest.mark.parametrize("name", NAMES)
def test_keras_and_the_interface_of_reusable_models(exported, name, monkeypatch):
    loaded, servable = exported(name).loaded, exported(name).servable
    assert len(loaded.variables) == len(servable.variables)
    assert list(loaded.trainable_variables) == list(loaded.regularization_losses) == []
    example = {key: tf.constant(value) for key, value in servable.signatures["pixels"].example.items()}
    # The layer loads as `exported` did, from the same folder: a second time would take seconds.
    monkeypatch.setattr(tf.saved_model, "load", {str(exported(name).folder): loaded}.__getitem__)
    layer = keras.layers.TFSMLayer(str(exported(name).folder))
    needed = {one.name for one in servable.signatures["pixels"].inputs if one.default is None}
    controls = {key: value for key, value in example.items() if key not in needed}
    with as_it_is():
        of_layer = layer({key: example[key] for key in needed}, **controls)
        of_model = loaded(**example)
    assert of_layer.keys() == of_model.keys() == servable.signatures["pixels"].outputs.keys()
    for key, one in of_layer.items():
        if one.dtype == tf.string:
            np.testing.assert_array_equal(one, of_model[key])
        else:
            np.testing.assert_allclose(one, of_model[key], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["run", "reconstruct"])
def test_tf_hub_loads_what_answers_each_image_and_what_makes_one_picture(exported, name):
    # TensorFlow loads all models above; tf-hub looks for its own older format and leaves the rest to TensorFlow.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the package imports
        import tensorflow_hub
    assert len(tensorflow_hub.load(str(exported(name).folder)).variables) == len(exported(name).servable.variables)


def test_features(exported, photo):
    data, pixels = photo
    network = nst_tf.load_backbone("alexnet")
    found = exported("features").called("serving_default", image_bytes=[data, b"no image", data])
    expected = nst_tf.feature_extractor(network, ["relu1", "relu5"])(center_square(pixels, 224)[None])
    for layer, maps in expected.items():
        np.testing.assert_allclose(found[layer][0], maps[0], atol=0.02 * np.max(maps))
        # Not to the bit: where threads divide a batch, some kernels add in another order.
        np.testing.assert_allclose(found[layer][2], found[layer][0], rtol=1e-4, atol=1e-5)
        assert not found[layer][1].any()
    np.testing.assert_array_equal(found["status"], [0, 3, 0])
    assert list(found["message"]) == [b"", b"image_bytes: it is neither JPEG nor PNG", b""]
    of_pixels = exported("features").called("pixels", image=pixels[None])["relu5"]
    expected = nst_tf.feature_extractor(network, ["relu5"])(pixels[None])["relu5"]
    np.testing.assert_allclose(of_pixels, expected, rtol=1e-4, atol=1e-4)


def test_a_trained_classifier_names_its_classes(exported, photo, run_folder):
    data, pixels = photo
    network = keras.saving.load_model(run_folder / "model.keras")
    found = exported("run").called("serving_default", image_bytes=[data, data[:200]])
    probabilities = network(fit_image(network, pixels)[None]).numpy()[0]
    np.testing.assert_allclose(found["softmax"][0], probabilities, atol=1e-4)
    np.testing.assert_array_equal(found["label"], [(b"cat", b"dog", b"fish")[probabilities.argmax()], b""])


def test_deconv(exported, photo):
    data, pixels = photo
    deconv = nst_tf.Deconv(nst_tf.load_backbone("alexnet"), "relu3")
    found = exported("deconv").called("controls", image_bytes=[data, b"", data], filter=[7, 7, -2], size=[96])
    image = fit_image(nst_tf.load_backbone("alexnet"), pixels, 96)
    expected = deconv({"image": image[None], "filter": np.array([7])})
    shown = display_projection(expected["projection"][0].numpy())
    assert np.abs(picture(found["projection_bytes"][0]) - shown).mean() < EIGHT_BITS
    np.testing.assert_allclose(found["activation"][0], expected["activation"][0], rtol=1e-3)
    assert found["projection_bytes"][1] == b""
    maps = nst_tf.feature_extractor(nst_tf.load_backbone("alexnet"), ["relu3"])(image[None])["relu3"]
    assert found["filter"][2] == np.argsort(np.max(maps[0], (0, 1)))[-2]
    exact = exported("deconv").called("pixels", image=image[None], filter=[7])
    np.testing.assert_allclose(exact["projection"], expected["projection"], atol=1e-5)


RECIPES = {
    "stylize on one scale": ("stylize", {"size": [96], "steps": [[6]], "style_weight": [2.0]},
                             {"size": 96, "steps": (6,), "style_weight": 2.0}),
    "stylize on two scales": ("stylize", {"size": [144], "steps": [[3, 2]], "style_scale": [0.75]},
                              {"size": 144, "steps": (3, 2), "style_scale": 0.75}),
    "stylize from noise": ("stylize", {"size": [64], "steps": [[4]], "init": ["noise"], "seed": [7]},
                           {"size": 64, "steps": (4,), "init": "noise", "seed": 7}),
    "a preview": ("stylize", {"size": [200], "steps": [[4, 2]], "preview": [True]},
                  {"size": 200, "steps": (4, 2), "preview": True}),
    "dream": ("dream", {"size": [112], "octaves": [2], "steps": [[3]], "weights": [[1.0, 0.5]], "seed": [3]},
              {"model": "alexnet", "size": 112, "octaves": 2, "steps": (3,), "seed": 3,
               "layers": {"relu2": 1.0, "relu3": 0.5}}),
    "texture": ("texture", {"size": [144], "steps": [[3, 2]], "seed": [5]}, {"size": 144, "steps": (3, 2), "seed": 5}),
    "reconstruct": ("reconstruct", {"size": [64], "steps": [12], "layer": ["relu2"], "seed": [5]},
                    {"model": "alexnet", "layer": "relu2", "size": 64, "steps": (12,), "seed": 5}),
}  # fmt: skip


@pytest.mark.parametrize("case", RECIPES)
def test_the_picture_is_the_recipe_s(exported, photo, case):
    name, controls, settings = RECIPES[case]
    data, pixels = photo
    styles = {"style_bytes": [data]} if name == "stylize" else {}
    image = "content" if name == "stylize" else "image"
    found = exported(name).called("controls", **{f"{image}_bytes": [data]}, **styles, **controls)
    with as_it_is(), few_layers():
        made = getattr(nst_tf, name)(pixels, *(pixels for _ in styles), **settings, **FEW_LAYERS.get(name, {}))
    assert np.abs(picture(found["picture_bytes"][0]) - made.image).max() <= EIGHT_BITS
    assert found["evaluations"] == made.history[-1]["step"]
    if "loss" in found:
        # The picture that `stylize` starts from is rounded otherwise in a larger graph, and where two places of the
        # painting are almost equally near, the other may be chosen.
        rtol = 1e-3 if name == "stylize" else 1e-6
        np.testing.assert_allclose(found["loss"], made.history[-1]["loss"], rtol=rtol)


def test_stylize_paints_where_a_mask_is_white_as_the_recipe_does(exported, photo):
    data, plain = photo
    mask = np.zeros_like(plain)
    mask[:, : plain.shape[1] // 2] = 1
    files = {"content_bytes": [data], "style_bytes": [data], "mask_bytes": [encode_png(mask).numpy()]}
    found = exported("stylize").called("masked", **files, size=[96], steps=[[3]])
    with as_it_is(), few_layers():
        made = nst_tf.stylize(plain, plain, mask=mask, size=96, steps=(3,), **FEW_LAYERS["stylize"])
    painted = picture(found["picture_bytes"][0])
    assert np.abs(painted - made.image).max() <= EIGHT_BITS
    np.testing.assert_allclose(found["loss"], made.history[-1]["loss"], rtol=1e-3)
    left = painted.shape[1] // 2
    kept = np.abs(painted - resize_image(plain, painted.shape[:2]))
    assert kept[:, left + 1 :].max() <= EIGHT_BITS
    assert kept[:, :left].mean() > 0.02
    with pytest.raises(tf.errors.InvalidArgumentError, match="mask_bytes is black everywhere"):
        exported("stylize").called("masked", **files | {"mask_bytes": [encode_png(0 * mask).numpy()]}, size=[96])


def test_fast_stylize_gives_a_dict_as_stylize_does(exported):
    content, style = example_pixels("neuschwanstein", 64)[None], example_pixels("great_wave", 48)[None]
    painted = exported("fast-stylize").loaded(tf.constant(content), tf.constant(style))["picture"]
    expected = stylizer()({"content": content, "style": style, "strength": tf.constant([1.0])})
    np.testing.assert_allclose(painted, expected, atol=1e-4)


def test_fast_stylize_sees_a_large_style_in_each_size_as_python_does(exported, photo, tmp_path):
    data, pixels = photo
    controls, style = {"size": 96, "strength": 0.5, "style_scale": 0.75}, tmp_path / "style.jpg"
    style.write_bytes(example_bytes("great_wave", 256))
    given = {name: [value] for name, value in controls.items()}
    found = exported("fast-stylize").called("controls", content_bytes=[data], style_bytes=[style.read_bytes()], **given)
    with as_it_is(), few_layers():
        made = nst_tf.fast_stylize(pixels, style, **controls)
    assert np.abs(picture(found["picture_bytes"][0]) - made.pixels).max() <= EIGHT_BITS


def test_fast_stylize_answers_each_image_by_itself(exported, photo):
    data, _ = photo
    inputs = {"content_bytes": [data, b"\xff\xd8\xff", data], "style_bytes": [data], "size": [64]}
    found = exported("fast-stylize").called("controls", **inputs, strength=[1, 1, 1.5])
    assert [message.decode() for message in found["message"]] == [
        "",
        "content_bytes: its header is damaged",
        "strength is 1.5; it must be from 0 to 1",
    ]
    assert picture(found["picture_bytes"][0]).shape[1] == 64
    assert list(found["picture_bytes"][1:]) == [b"", b""]


def test_fast_stylize_paints_where_a_mask_is_white(exported, photo):
    data, plain = photo
    height, width = plain.shape[:2]
    mask = np.zeros((height, width, 3), np.float32)
    mask[:, : width // 2] = 1
    thin = encode_png(mask[: height // 3]).numpy()
    masks = [encode_png(one).numpy() for one in (mask, 0 * mask)]
    inputs = {"content_bytes": [data] * 3, "style_bytes": [data], "mask_bytes": [*masks, thin], "size": [width]}
    found = exported("fast-stylize").called("masked", **inputs)
    assert [message.decode() for message in found["message"]] == [
        "",
        "mask_bytes is black everywhere; it must be white where to paint",
        f"mask_bytes has {width}x{height // 3} pixels and content_bytes {width}x{height}; both must be of one aspect "
        "ratio",
    ]
    difference = np.abs(picture(found["picture_bytes"][0]) - plain)
    assert difference[:, width // 2 + 1 :].max() <= EIGHT_BITS
    assert difference[:, : width // 2].mean() > 0.02


@pytest.mark.parametrize(
    ("name", "controls", "message"),
    [
        ("stylize", {"size": [20]}, "size is 20; it must be from 32 to 1024"),
        ("stylize", {"content_weight": [np.nan]}, "content_weight is nan"),
        ("stylize", {"size": [1024], "style_scale": [4.0]}, "the style would be measured at 4096 pixels; at most 1536"),
        ("stylize", {"steps": [[10, 1000]]}, "steps is 10, 1000; it must be from 1 to 200"),
        ("dream", {"weights": [[0, 0]]}, "weights are all 0"),
        ("dream", {"size": [40], "octaves": [8]}, "choose fewer octaves or a larger size"),
        ("reconstruct", {"layer": ["relu4"]}, "layer is relu4; it must be one of relu1, relu2"),
        ("texture", {"seed": [-1]}, "seed is -1; it must be from 0 to"),
    ],
)
def test_a_request_is_refused_by_name(exported, photo, name, controls, message):
    data, _ = photo
    names = [one.name for one in exported(name).servable.signatures["serving_default"].inputs]
    with pytest.raises(tf.errors.InvalidArgumentError) as refusal:
        exported(name).called("controls", **{one: [data] for one in names}, **controls)
    assert message in str(refusal.value)
