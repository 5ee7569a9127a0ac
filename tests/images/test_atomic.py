import errno
import os
from pathlib import Path

import pytest

from nst_tf.errors import InputError, NstError
from nst_tf.images import atomic_write, check_target, make_folder


def test_file_appears_whole_when_the_block_ends(tmp_path):
    with atomic_write(tmp_path / "a.json") as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert not (tmp_path / "a.json").exists()
    assert (tmp_path / "a.json").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(error), atomic_write(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_full_disk_is_an_nst_error(tmp_path, monkeypatch, name):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, name, full)
    with pytest.raises(NstError, match=r"a\.json: no space left on device"), atomic_write(tmp_path / "a.json"):
        pass
    assert not list(tmp_path.iterdir())


def test_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    with atomic_write(tmp_path / "a"):
        pass
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_old_permissions_are_kept(tmp_path):
    (tmp_path / "a").touch(mode=0o640)
    with atomic_write(tmp_path / "a"):
        pass
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "a")
    with atomic_write(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_text() == "new"


def test_name_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check_target("a.json") == tmp_path / "a.json"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/a", "no folder"),
        ("file/a", "no folder|not a directory"),
        ("folder", "is a folder"),
        ("a" * 300, "too long"),
        ("a\0b", "null"),
    ],
)
def test_impossible_target_is_refused(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"(?i){message}"):
        check_target(tmp_path / name)


def test_special_file_is_never_replaced():
    with pytest.raises(InputError, match="not a regular file"):
        check_target("/dev/null")


@pytest.mark.parametrize(("denied", "message"), [("a", "write-protected"), ("", "no permission")])
def test_protected_target_is_refused(tmp_path, monkeypatch, denied, message):
    (tmp_path / "a").touch()
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path / denied)
    with pytest.raises(InputError, match=message):
        check_target(tmp_path / "a")


def test_folders_are_made_with_those_that_they_are_in(tmp_path):
    for _ in range(2):  # one that is there is left as it is
        make_folder(tmp_path / "a" / "b")
        assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    ("name", "message"), [("file", "file exists"), ("file/a", "not a directory"), ("a\0b", "null")]
)
def test_folder_that_cannot_be_is_refused(tmp_path, name, message):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"cannot make the folder .*: .*{message}"):
        make_folder(tmp_path / name)
