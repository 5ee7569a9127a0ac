import pytest
from matplotlib.figure import Figure
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.visualize.figures import check_figure, save_figure


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF"), ("a.svg", b"<?xml")])
def test_the_extension_names_the_format(tmp_path, name, start):
    save_figure(tmp_path / name, Figure())
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_has_150_pixels_an_inch(tmp_path):
    save_figure(tmp_path / "a.png", Figure(figsize=(2, 1)))
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (300, 150)


@pytest.mark.parametrize("name", ["a.jpg", "a", "missing/a.png"])
def test_what_cannot_be_written_is_refused_before_the_work(tmp_path, name):
    with pytest.raises(InputError, match="cannot write"):
        check_figure(tmp_path / name)
