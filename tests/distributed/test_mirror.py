import pickle
import time

import pytest

from nst_tf.distributed import Mirror, is_address
from nst_tf.errors import InputError, NstError


@pytest.fixture
def bucket(tmp_path):
    """A folder that is elsewhere, with a.txt and more/b.txt."""
    folder = tmp_path / "bucket"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "more" / "b.txt").write_text("b")
    return folder


@pytest.fixture
def mirror(bucket, tmp_path):
    return Mirror(f"file://{bucket}/", tmp_path / "here")


def test_files_there_have_names_here_and_are_fetched_one_by_one(mirror, bucket):
    here = mirror.folder
    assert mirror.list() == {path: mirror.stamp(path) for path in (here / "a.txt", here / "more" / "b.txt")}
    assert (here / "more" / "b.txt").read_text() == ""
    mirror.fetch(here / "more" / "b.txt")
    assert (here / "more" / "b.txt").read_text() == "b"
    assert (here / "a.txt").read_text() == ""


def test_a_file_is_brought_there_whole_in_a_folder_that_is_made(mirror, bucket):
    path = mirror.folder / "new" / "c.txt"
    path.parent.mkdir(parents=True)
    path.write_text("c")
    sent = pickle.loads(pickle.dumps(mirror))
    sent.put(path)
    assert (bucket / "new" / "c.txt").read_text() == "c"
    assert [one.name for one in (bucket / "new").iterdir()] == ["c.txt"]


def test_what_cannot_be_moved_into_place_leaves_the_older_file(mirror, bucket, monkeypatch):
    (mirror.folder).mkdir()
    (mirror.folder / "a.txt").write_text("newer")
    (bucket / "a.txt").unlink()
    (bucket / "a.txt").mkdir()
    (bucket / "a.txt" / "inside").touch()
    with pytest.raises(NstError, match=rf"cannot write file://{bucket}/a.txt: "):
        mirror.put(mirror.folder / "a.txt")
    assert (bucket / "a.txt" / "inside").exists()


def test_a_stamp_changes_with_the_file(mirror, bucket):
    path = mirror.folder / "a.txt"
    before = mirror.stamp(path)
    time.sleep(0.01)
    (bucket / "a.txt").write_text("a")
    assert mirror.stamp(path) not in (None, before)
    (bucket / "a.txt").unlink()
    assert mirror.stamp(path) is None


def test_a_folder_that_is_not_there_yet_is_empty(tmp_path):
    assert Mirror(f"file://{tmp_path}/none", tmp_path / "here").list() == {}


def test_file_systems_of_fsspec_are_known(tmp_path):
    import fsspec

    fsspec.filesystem("memory").pipe("/bucket/a.txt", b"of fsspec")
    mirror = Mirror("fsspec+memory://bucket", tmp_path / "here")
    [path] = mirror.list()
    mirror.fetch(path)
    assert path.read_bytes() == b"of fsspec"
    path.write_bytes(b"back")
    mirror.put(path)
    assert fsspec.filesystem("memory").cat("/bucket/a.txt") == b"back"


@pytest.mark.parametrize("address", ["nothing://bucket/photos", "fsspec+nothing://bucket"])
def test_an_address_that_is_not_understood_is_told(tmp_path, address):
    with pytest.raises(InputError, match=rf"cannot open {address}: ".replace("+", r"\+")):
        Mirror(address, tmp_path)


def test_texts_name_files_as_the_user_does(mirror, bucket):
    assert mirror.told(f"wrote {mirror.folder}/a.txt (1x1)") == f"wrote file://{bucket}/a.txt (1x1)"


@pytest.mark.parametrize(
    ("text", "is_one"), [("s3://b/x", True), ("fsspec+ftp://h/x", True), ("photos", False), ("C:/x", False)]
)
def test_addresses_are_told_from_paths(text, is_one):
    assert is_address(text) is is_one
