"""Networks opened by name, file and folder."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest

from nst_tf.backbones import class_names, open_network
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
            InputError, match=r"there is no file .*model\.keras; a network is a \.keras file or a folder"
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


def test_refuses_class_names_that_are_no_text(tmp_path, run):
    (tmp_path / "model.keras").write_bytes((run[0] / "model.keras").read_bytes())
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"cannot read .*classes\.txt"):
        class_names(tmp_path)
