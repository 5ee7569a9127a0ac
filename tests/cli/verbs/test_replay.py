"""Pictures of several verbs, with small networks, made again to the bit."""

import re

import numpy as np
import pytest

from nst_tf.cli.replay.recipe import Recipe
from nst_tf.cli.replay.record import Recording
from nst_tf.cli.replay.xmp import read_recipe, to_xmp
from nst_tf.images import read_image, write_image
from nst_tf.images.formats.xmp import read_xmp

SMALL = "--model alexnet --size 64 --steps 2"
LINES = [
    ("a.png", f"texture PHOTO {SMALL} --layers relu1=1,relu2=0.3 --seed 5 --bit-depth 16"),
    ("b.tif", f"visualize-features {SMALL} --layer relu3 --channels 3,13"),
    ("c.webp", "deconv PHOTO --layer relu3 --strongest 2 --side 64"),
    ("d.png", "occlude PHOTO --layer relu3 --side 64 --size 20 --stride 22 --quiet"),
]


@pytest.fixture
def _no_clock(monkeypatch):
    """All takes a second."""
    xmp = Recording.xmp
    monkeypatch.setattr(Recording, "xmp", lambda self, seconds=None, stopped=None: xmp(self, 1.0, stopped))


@pytest.mark.usefixtures("_no_clock")
@pytest.mark.parametrize(("name", "line"), LINES, ids=[line.split()[0] for _, line in LINES])
def test_a_picture_is_made_again_to_the_bit(command, tmp_path, photo, monkeypatch, name, line):
    monkeypatch.chdir(tmp_path)
    old, new = tmp_path / name, tmp_path / f"again-{name}"
    assert command(*(str(photo) if word == "PHOTO" else word for word in line.split()), "-o", old).status == 0
    status, _, err = command("replay", old, "--inputs", photo.parent, "-o", new)
    assert (status, "differ" in err) == (0, False)
    assert new.read_bytes() == old.read_bytes()
    assert 0 < len(read_xmp(new)) < 2000


@pytest.fixture
def made(command, pictures, monkeypatch, fake_recipe):
    """A picture of content.png that took no time, out.png."""
    monkeypatch.chdir(pictures)
    assert command("stylize", "content.png", "style.jpg", "-o", "out.png", "--quiet", "--seed", "2").status == 0
    return pictures / "out.png"


def test_changed_options_go_on_top_and_into_the_new_recipe(command, made):
    for changes in (("out.png", "--size", "2048", "--strength", "0.8"), ("--size=2048", "out.png", "--strength=0.8")):
        status, out, _ = command("replay", *changes, "-o", "again.jpg")
        assert (status, out) == (0, "wrote again.jpg (8x6, 4 evaluations, 2.0 s, loss 0.25)\n")
        line = "nst-tf stylize content.png style.jpg --size 2048 --strength 0.8 --seed 2 -o again.jpg\n"
        assert command("recipe", "again.jpg").out == line


def test_a_preview_is_finished_by_its_recipe(command, pictures, monkeypatch, fake_recipe):
    monkeypatch.chdir(pictures)
    words = "nst-tf stylize content.png style.jpg --size 300"
    assert command(*words.split()[1:], "-o", "small.png", "--preview", "--quiet").status == 0
    assert command("recipe", "small.png").out == f"{words} --preview -o small.png\n"
    assert command("replay", "small.png", "--no-preview", "-o", "out.png", "--quiet").status == 0
    assert command("recipe", "out.png").out == f"{words} --no-preview -o out.png\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("-o", "again.png", "--sise", "64"),
            "cannot make out.png again: unknown option '--sise'; did you mean '--size'?",
        ),
        (("-o", "again.png", "--size", "x"), "cannot make out.png again: argument --size: 'x' is not a whole number"),
        (
            ("-o", "content.png"),
            "content.png is one of the images to read, and would be replaced; name another with -o",
        ),
        ((), "the following arguments are required: -o/--output"),
    ],
    ids=["misspelt", "value", "input", "no output"],
)
def test_what_cannot_be_changed_is_told(command, made, options, message):
    assert command("replay", "out.png", *options) == (2, "", f"nst-tf: error: {message}\n")


def test_lost_and_changed_files_are_named(command, made, pictures):
    (pictures / "style.jpg").unlink()
    write_image("content.png", np.zeros((6, 8, 3), np.uint8))
    status, _, err = command("replay", "out.png", "-o", "again.png")
    assert (status, err.count("\n")) == (2, 1)
    assert re.search(
        r"error: content\.png has changed since: it has the SHA-256 \w{12}\.\.\., "
        r"and SHA-256 \w{12}\.\.\. is expected; "
        r"style\.jpg \(SHA-256 \w{12}\.\.\.\) is not there; looked in \.: name other folders with --inputs",
        err,
    )
    assert not (pictures / "again.png").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nst_tf": "0.0.9"}, "made by nst_tf 0.0.9 with TensorFlow"),
        ({"tensorflow": "2.99"}, "with TensorFlow 2.99, and these are"),
        ({"stopped": 3}, "the picture was stopped after 3 evaluations; it is made whole now"),
    ],
    ids=["nst_tf", "tensorflow", "stopped"],
)
def test_why_it_may_become_another_is_told(command, made, changes, message):
    recipe = Recipe(**{**vars(read_recipe(made)), **changes})
    write_image("out.png", read_image("out.png"), xmp=to_xmp(recipe))
    status, _, err = command("replay", "out.png", "-o", "again.png")
    assert status == 0
    assert message in err
