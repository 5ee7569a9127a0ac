"""Models in the runtimes that they are exported for: they compute what the SavedModel does."""

import functools
import re

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.cli.shell.values import Size
from nst_tf.errors import InputError, NstError
from nst_tf.export.catalogue import FORMATS, MODELS, make_servable
from nst_tf.export.runtimes import export, litert, onnx
from nst_tf.export.runtimes.export import Difference, differences, export_for
from nst_tf.export.signature.examples import example_pixels
from nst_tf.one_pass.decoder import build_decoder
from nst_tf.one_pass.decoder_file import ENCODER_PADDING
from nst_tf.one_pass.stylizer import Stylizer
from nst_tf.operators import common_operators

from ..comparing import EIGHT_BITS
from ..conftest import CLASSES, keras_files

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning"
)  # of Keras, which saves and loads a network

RUN = {"onnx": onnx.run, "litert": litert.run}
SIZE = Size(43, 64)


@pytest.fixture(scope="module")
def written(exported, tmp_path_factory):
    """The file of a model for a runtime, when it is asked for first."""
    folder = tmp_path_factory.mktemp("written")

    @functools.cache
    def get(name, format):
        path = folder / f"{name}{FORMATS[format]}"
        with keras_files():
            export_for(format, exported(name).servable, path, None if name == "run" else SIZE)
        return path

    return get


@pytest.fixture(params=FORMATS)
def format(request):
    return request.param


def photo(name="great_wave"):
    return np.ascontiguousarray(np.resize(example_pixels(name, 64), (*SIZE, 3)))[None]


def test_features_are_those_of_the_saved_model(written, exported, format):
    found = RUN[format](written("features", format), {"image": photo()})
    expected = exported("features").called("pixels", image=photo())
    assert found.keys() == expected.keys()
    for layer, maps in expected.items():
        assert np.abs(found[layer] - maps).max() <= 1e-4 * np.abs(maps).max()


def test_paintings_are_those_of_the_saved_model(written, exported, format):
    inputs = {"content": photo(), "shares": np.array([[0, 2, 0, 1]], np.float32)}
    found = RUN[format](written("paintings", format), inputs)["picture"]
    np.testing.assert_allclose(found, exported("paintings").called("pixels", **inputs)["picture"], atol=EIGHT_BITS)


def test_a_network_of_one_s_own_gives_its_probabilities(written, exported, format):
    image = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    found = RUN[format](written("run", format), {"image": image})
    np.testing.assert_allclose(found["softmax"], exported("run").called("pixels", image=image)["softmax"], atol=1e-5)
    assert f"The classes, in the order of the first output: {', '.join(CLASSES)}." in card_of(written("run", format))


def card_of(path):
    return path.with_name(f"{path.name}.md").read_text()


def test_the_card_tells_how_exact_it_is_and_how_to_run_it(written, format, monkeypatch):
    path = written("paintings", format)
    card = card_of(path)
    assert "| `content` | float32 [1, 43, 64, 3] | what the picture shows, RGB in [0, 1] |" in card
    ((largest, allowed),) = re.findall(r"\| `picture` \| .* \| (\S+) \| (\S+) \|", card)
    assert float(largest) < 1e-4 < float(allowed)
    monkeypatch.chdir(path.parent)
    names = {}
    exec(re.search(r"```python\n(.*?)```", card, re.DOTALL)[1], names)
    assert names["outputs"]["picture"].shape == (1, *SIZE, 3)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("features", 8, "size is 8x8; at least 31x31 pixels are needed"),
        ("run", Size(64, 32), "size is 32x64; the network takes images of 32x32 pixels only"),
        ("paintings", 4096, "size is 4096x4096; at most 4194304 pixels are taken"),
    ],
    ids=["small", "other", "large"],
)
def test_refuses_a_size_that_the_network_does_not_take(exported, tmp_path, format, name, size, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        export_for(format, exported(name).servable, tmp_path / f"model{FORMATS[format]}", size)
    assert not list(tmp_path.iterdir())


def test_writes_nothing_that_differs_from_tensorflow(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "run", lambda *_: {"softmax": np.full((1, 3), 0.25, np.float32)})
    with pytest.raises(NstError, match=r"^softmax would differ from TensorFlow's by .*; 0\.0001 are allowed$"):
        export_for("onnx", exported("run").servable, tmp_path / "run.onnx")
    assert not list(tmp_path.iterdir())


def test_what_a_converter_cannot_do_is_told_in_a_line(exported, tmp_path, monkeypatch):
    def convert(*_):
        raise ValueError("there is no such operator\nand so on")

    monkeypatch.setattr(litert, "convert", convert)
    with pytest.raises(NstError, match=r"^run cannot be converted to litert: there is no such operator$"):
        export_for("litert", exported("run").servable, tmp_path / "run.tflite")
    assert not list(tmp_path.iterdir())


def test_differences_of_features_are_shares_and_of_pictures_are_not():
    maps, other = np.array([0, 50.0]), np.array([0, 49.0])
    assert differences({"relu1": other}, {"relu1": maps}) == {"relu1": Difference(1 / 50, export.OF_VALUES)}
    assert differences({"picture": other}, {"picture": maps}) == {"picture": Difference(1.0, EIGHT_BITS)}
    assert not differences({"relu1": maps * np.nan}, {"relu1": maps})["relu1"].largest <= 1


def test_a_missing_library_is_named_with_what_installs_it(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "LIBRARIES", {"onnx": "no_such_module"})
    with pytest.raises(NstError, match=r"^onnx needs onnx; this installs it: pip install 'nst_tf\[onnx\]'$"):
        export_for("onnx", exported("run").servable, tmp_path / "run.onnx")


def test_what_can_be_exported_has_one_pass(exported):
    for name in ("features", "paintings", "run"):
        assert exported(name).servable.forward is not None
    assert {name for name, model in MODELS.items() if model.formats} >= {"features", "paintings"}


def test_fast_stylize_by_the_operators_of_other_runtimes_is_that_of_the_saved_model(exported):
    inputs = {"content": photo("neuschwanstein"), "style": photo(), "strength": np.ones(1, np.float32)}
    given = {name: tf.constant(value) for name, value in {**inputs, "swap": np.full(1, 0.6, np.float32)}.items()}
    model = exported("fast-stylize")
    with common_operators():
        found = model.servable.forward.body(given)["picture"]
    np.testing.assert_allclose(found, model.called("pixels", **inputs)["picture"], atol=EIGHT_BITS)


def test_fast_stylize_is_run_by_onnx_as_by_tensorflow(tmp_path, monkeypatch):
    """With a decoder of the finest levels only, or conversion would take minutes."""
    encoder = feature_extractor(load_backbone("vgg16", padding=ENCODER_PADDING), ["relu2_1", "relu1_1"])
    small = Stylizer(encoder, build_decoder("relu2_1"))
    monkeypatch.setattr("nst_tf.export.models.fast_stylize.load_stylizer", lambda: small)
    (made,) = export_for("onnx", make_servable("fast-stylize"), tmp_path / "fast.onnx", Size(48, 64)).values()
    assert made.largest <= EIGHT_BITS
