"""The registered weights and their state on the disk."""

import inspect
import subprocess
import sys
from dataclasses import replace

import keras
import pytest

from nst_tf.backbones.registry import WEIGHTS, find_weights, open_weights, weights_status
from nst_tf.errors import InputError, NstError


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NST_TF_HOME", str(tmp_path))
    return tmp_path


def status_of(name):
    return next(status for status in weights_status() if status.name == name)


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("vgg16", "BSD-3-Clause"),
        ("alexnet", "BSD-3-Clause"),
        ("vgg16-photos", "Apache-2.0"),
        ("alexnet-photos", "Apache-2.0"),
    ],
)
def test_bundled_weights_are_there_and_whole(name, licence):
    status = status_of(name)
    assert (status.storage, status.hash, status.licence) == ("bundled", "verified", licence)


def test_status_of_downloads_absent_right_and_wrong(empty_cache, monkeypatch):
    path = empty_cache / WEIGHTS["vgg19"].file
    assert (status_of("vgg19").storage, status_of("vgg19").hash) == ("absent", "absent")
    assert status_of("vgg19").path == path
    path.write_bytes(b"abc")
    assert (status_of("vgg19").storage, status_of("vgg19").hash) == ("cached", "wrong")
    right = replace(WEIGHTS["vgg19"], hash="md5:900150983cd24fb0d6963f7d28e17f72")
    monkeypatch.setitem(WEIGHTS, "vgg19", right)
    assert (status_of("vgg19").storage, status_of("vgg19").hash) == ("cached", "verified")


def test_a_cached_file_with_another_hash_is_refused_and_kept(empty_cache):
    path = empty_cache / WEIGHTS["vgg19"].file
    path.write_bytes(b"abc")
    with pytest.raises(InputError) as caught, open_weights(WEIGHTS["vgg19"]):
        pass
    assert str(path) in str(caught.value)
    assert WEIGHTS["vgg19"].hash in str(caught.value)
    assert "md5:900150983cd24fb0d6963f7d28e17f72" in str(caught.value)
    assert path.exists()


def test_a_missing_bundled_file_is_a_failure():
    absent = replace(WEIGHTS["vgg16"], file="absent.npz")
    with pytest.raises(NstError, match=r"could not read the weights .*: No such file"), open_weights(absent):
        pass


@pytest.mark.parametrize(
    ("name", "application", "address"),
    [
        ("vgg19", keras.applications.VGG19, "WEIGHTS_PATH_NO_TOP"),
        ("vgg16-classifier", keras.applications.VGG16, "WEIGHTS_PATH"),
    ],
)
def test_downloads_are_those_that_keras_pins(name, application, address):
    weights = WEIGHTS[name]
    module = inspect.getmodule(application)
    assert weights.url == getattr(module, address)
    pinned = inspect.getsource(module).partition(f'"{weights.file}",')[2].partition("file_hash=")[2]
    assert pinned.startswith(f'"{weights.hash.removeprefix("md5:")}"')


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="unknown backbone 'alexnext'; did you mean 'alexnet'"):
        find_weights("alexnext")


def test_status_needs_no_tensorflow():
    code = "import sys; from nst_tf.backbones import weights_status; weights_status(); print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
