"""Networks opened by name, file and folder."""

import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from nst_tf.backbones import class_names, feature_extractor, network_identity, open_network
from nst_tf.backbones import open as open_module
from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.backbones.zfnet import zfnet
from nst_tf.errors import InputError

# Keras itself converts variables in the way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGE = np.random.default_rng(0).random((1, 56, 56, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run folder, its model and its prediction for `IMAGE`."""
    folder = tmp_path_factory.mktemp("run")
    model = zfnet(2, side=56, width=0.02)
    model.save(folder / "model.keras")
    (folder / "classes.txt").write_text("Katze\nHündin\n", "utf-8")
    return folder, model(IMAGE)


def test_a_bundled_name():
    assert open_network("alexnet").name == "alexnet"
    assert class_names("alexnet") is None
    assert class_names("alexnet-photos") == ["animal", "energy", "fish", "household", "monument", "tool"]


def test_a_folder_and_its_file_give_the_same_network(run):
    folder, expected = run
    for place in (folder, str(folder), folder / "model.keras"):
        np.testing.assert_allclose(open_network(place)(IMAGE), expected, rtol=1e-6)
        assert class_names(place) == ["Katze", "Hündin"]


def test_opens_in_a_process_that_imported_nothing_else(run):
    code = f"from nst_tf.backbones import open_network; print(open_network({str(run[0])!r}).name)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "zfnet"


def test_no_classes_file_means_no_names(tmp_path, run):
    (tmp_path / "other.keras").write_bytes((run[0] / "model.keras").read_bytes())
    assert class_names(tmp_path / "other.keras") is None


def test_refuses_an_unknown_name_and_a_missing_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for function in (open_network, class_names):
        with pytest.raises(InputError, match="unknown network 'alexnt'; did you mean 'alexnet'"):
            function("alexnt")
        with pytest.raises(InputError, match=r"there is no file .*gone\.keras"):
            function(tmp_path / "gone.keras")
        with pytest.raises(
            InputError, match=r"there is no file .*model\.keras; a network is a \.keras file, a folder that holds"
        ):
            function(tmp_path)


@pytest.mark.parametrize("content", ["text", "zip", "cut"])
def test_refuses_a_file_that_is_no_keras_model(tmp_path, run, content):
    file = tmp_path / "bad.keras"
    if content == "text":
        file.write_text("no model")
    elif content == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.txt", "b")
    else:
        file.write_bytes((run[0] / "model.keras").read_bytes()[:5000])
    with pytest.raises(InputError, match=r"^cannot open .*bad\.keras as a Keras model: .+$"):
        open_network(file)


def test_a_cut_file_is_told_as_such_and_not_as_missing(tmp_path, run):
    (tmp_path / "cut.keras").write_bytes((run[0] / "model.keras").read_bytes()[:-100])
    with pytest.raises(InputError, match=r"cannot open .*cut\.keras as a Keras model: it is truncated or damaged"):
        open_network(tmp_path / "cut.keras")


def test_code_in_a_file_is_not_run(tmp_path):
    image = keras.Input((8, 8, 3))
    keras.Model(image, keras.layers.Lambda(lambda x: 2 * x)(image)).save(tmp_path / "code.keras")
    with pytest.raises(InputError, match=r"code\.keras .*: it holds code .* which is not run"):
        open_network(tmp_path / "code.keras", "unit")


def test_refuses_class_names_that_are_no_text(tmp_path, run):
    (tmp_path / "model.keras").write_bytes((run[0] / "model.keras").read_bytes())
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"cannot read .*classes\.txt"):
        class_names(tmp_path)


def foreign():
    """A small network, whose pixels nobody knows."""
    keras.utils.set_random_seed(0)
    image = keras.Input((24, 24, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = keras.layers.Rescaling(1.0, name="rescaling")(x)
    return keras.Model(image, keras.layers.Dense(2, name="head")(keras.layers.Flatten()(x)), name="shop")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("foreign") / "shop.keras"
    model = foreign()
    model.save(path)
    return path, model


SMALL = IMAGE[:, :24, :24]
BGR_MEAN = np.array([103.939, 116.779, 123.68])
TAKEN = {
    "unit": SMALL,
    "0-255": SMALL * 255,
    "tf": SMALL * 2 - 1,
    "caffe": SMALL[..., ::-1] * 255 - BGR_MEAN,
    "torch": (SMALL - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
}


@pytest.mark.parametrize("preprocessing", PREPROCESSING)
def test_a_file_of_others_gets_what_it_was_trained_with(shop, preprocessing, tmp_path):
    path, model = shop
    opened = open_network(path, preprocessing)
    np.testing.assert_allclose(opened(SMALL), model(TAKEN[preprocessing]), rtol=1e-4, atol=1e-4)
    assert [layer.name for layer in opened.layers[1:4]] == ["preprocess", "conv", "rescaling"]
    opened.save(tmp_path / "ours.keras")
    np.testing.assert_allclose(open_network(tmp_path / "ours.keras")(SMALL), opened(SMALL), rtol=1e-6)


def test_a_file_of_others_needs_its_preprocessing(shop):
    with pytest.raises(InputError, match=r"^what pixels .*shop\.keras takes is not known; it must be given as preproc"):
        open_network(shop[0])
    with pytest.raises(InputError, match="unknown preprocessing 'cafe'; did you mean 'caffe'"):
        open_network(shop[0], "cafe")


def test_what_a_network_has_of_its_own_is_not_changed(run, shop):
    np.testing.assert_allclose(open_network(run[0], "tf")(IMAGE), run[1], rtol=1e-6)
    assert open_network("alexnet", "tf").get_config() == open_network("alexnet").get_config()
    with pytest.raises(InputError, match=r"padding is 'replicate', which only vgg16, .* can be given"):
        open_network(shop[0], "unit", padding="replicate")
    with pytest.raises(InputError, match=r"pooling is 'average', which only vgg16, .* can be given"):
        open_network("keras:ResNet50", pooling="average")


def test_refuses_what_takes_no_images(tmp_path):
    grey = keras.Input((8, 8, 1))
    keras.Model(grey, keras.layers.Conv2D(2, 3)(grey)).save(tmp_path / "grey.keras")
    with pytest.raises(InputError, match=r"grey\.keras takes \(None, 8, 8, 1\); a network must take images"):
        open_network(tmp_path / "grey.keras", "unit")
    one, two = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    keras.Model([one, two], keras.layers.Add()([one, two]), name="pair").save(tmp_path / "pair.keras")
    with pytest.raises(InputError, match="pair has 2 inputs; it must take one image"):
        open_network(tmp_path / "pair.keras", "unit")


def test_a_saved_model_has_the_outputs_of_its_signature_as_layers(shop, tmp_path):
    model = shop[1]
    outputs = {"maps": model.get_layer("conv").output, "scores": model.output}
    keras.Model(model.input, outputs).export(tmp_path / "exported", verbose=False)
    (tmp_path / "exported" / "classes.txt").write_text("cat\ndog\n")
    network = open_network(tmp_path / "exported", "tf")
    found = feature_extractor(network, ["maps", "scores"])(SMALL)
    expected = keras.Model(model.input, outputs)(TAKEN["tf"])
    for name in outputs:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-4)
    assert class_names(tmp_path / "exported") == ["cat", "dog"]
    with pytest.raises(InputError, match="unknown layer 'map'; did you mean 'maps'"):
        feature_extractor(network, ["map"])
    with pytest.raises(InputError, match=r"what pixels .*exported takes is not known"):
        open_network(tmp_path / "exported")


def test_a_keras_application_is_opened_by_its_name(monkeypatch):
    model = foreign()
    monkeypatch.setattr(open_module, "load_application", lambda name: (model, {"Shop": "caffe"}[name]))
    np.testing.assert_allclose(open_network("keras:Shop")(SMALL), model(TAKEN["caffe"]), rtol=1e-4, atol=1e-4)
    assert class_names("keras:Shop") is None


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_a_network_is_another_one_once_its_file_was_written_anew(tmp_path):
    image = keras.Input((8, 8, 3), name="image")
    model = keras.Model(image, keras.layers.Conv2D(2, 3, name="first")(image))
    model.save(tmp_path / "model.keras")
    before = network_identity(tmp_path), network_identity(str(tmp_path / "model.keras"))
    assert before[0] == before[1] == network_identity(str(tmp_path))
    assert network_identity(tmp_path, "unit") != before[0]
    model.get_layer("first").set_weights([weight + 1 for weight in model.get_layer("first").get_weights()])
    model.save(tmp_path / "model.keras")
    assert network_identity(tmp_path) != before[0]
    (tmp_path / "notes.txt").write_text("not the network")
    assert network_identity(tmp_path) == network_identity(tmp_path / "model.keras")


def test_names_and_models_are_what_they_are():
    image = keras.Input((8, 8, 3))
    first, second = (keras.Model(image, keras.layers.ReLU()(image)) for _ in range(2))
    assert network_identity("vgg16") == network_identity("vgg16") != network_identity("alexnet")
    assert network_identity("keras:VGG16") != network_identity("vgg16")
    assert network_identity(first) == network_identity(first) != network_identity(second)
    assert network_identity("no/such/file") == network_identity("no/such/file")
