"""Downloads, from file:// addresses, and the cache folder."""

import hashlib
import io
from pathlib import Path

import pytest

from nst_tf.backbones.fetch import cache_folder, check_hash, download, file_hash
from nst_tf.errors import InputError, NstError

CONTENT = b"weights" * 1000
HASH = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.delenv("NST_TF_OFFLINE", raising=False)
    file = tmp_path / "source.bin"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "nst_tf" / "weights.bin"


@pytest.mark.parametrize("offline", ["", "0"])
def test_downloads_into_a_new_folder(source, target, offline, monkeypatch):
    monkeypatch.setenv("NST_TF_OFFLINE", offline)
    download(source.as_uri(), target, HASH)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_discards_a_download_with_another_hash(source, target):
    source.write_bytes(CONTENT[:-1])
    with pytest.raises(NstError, match=rf"has the hash sha256:[0-9a-f]{{64}}, not {HASH}; it was discarded"):
        download(source.as_uri(), target, HASH)
    assert list(target.parent.iterdir()) == []


def test_offline_names_the_path_and_the_address(source, target, monkeypatch):
    monkeypatch.setenv("NST_TF_OFFLINE", "1")
    with pytest.raises(InputError) as caught:
        download(source.as_uri(), target, HASH)
    assert str(target) in str(caught.value)
    assert source.as_uri() in str(caught.value)
    assert not target.parent.exists()


def test_a_failed_download_names_the_path_to_fill(source, target):
    source.unlink()
    with pytest.raises(NstError) as caught:
        download(source.as_uri(), target, HASH)
    assert f"put the file at {target} by hand" in str(caught.value)
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_failure_with_the_path(source, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NstError, match="could not download"):
        download(source.as_uri(), tmp_path / "file" / "weights.bin", HASH)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"NST_TF_HOME": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"NST_TF_HOME": "", "XDG_CACHE_HOME": "/b"}, "/b/nst_tf"),
        ({"NST_TF_HOME": "~/a"}, "/home/someone/a"),
        ({}, "/home/someone/.cache/nst_tf"),
    ],
    ids=str,
)
def test_cache_folder_follows_the_environment(environment, folder, monkeypatch):
    for name in ("NST_TF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/someone", **environment}.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)


def test_hash_covers_the_whole_file_and_rewinds_it():
    stream = io.BytesIO(b"abc")
    stream.read(2)
    assert file_hash(stream, "md5") == "md5:900150983cd24fb0d6963f7d28e17f72"
    assert stream.tell() == 0


def test_refuses_another_file_naming_both_hashes():
    with pytest.raises(
        InputError, match=r"a\.h5 is damaged or another file: its hash is md5:9001.*, not md5:0; remove"
    ):
        check_hash(io.BytesIO(b"abc"), Path("a.h5"), "md5:0")
