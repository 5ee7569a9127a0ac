import pytest

from nst_tf.errors import InputError
from nst_tf.images import list_images


def test_images_are_listed_by_name(tmp_path):
    for name in ("b.PNG", "a.jpg", "c.tiff", "d.webp", "e.gif", ".hidden.png", "notes.txt", "noext"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "folder.png" / "inner.png").touch()
    assert [path.name for path in list_images(tmp_path)] == ["a.jpg", "b.PNG", "c.tiff", "d.webp", "e.gif"]
    assert list_images(str(tmp_path))[0] == tmp_path / "a.jpg"


def test_folder_without_images_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="has no image"):
        list_images(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"no such file|not a directory"):
        list_images(tmp_path / name)
