"""Masks and regions as the command line names them."""

import json
import sys

import numpy as np
import pytest

from nst_tf.images import write_image

from .. import fake

pytestmark = pytest.mark.usefixtures("fake_recipe")

NAMES = ("sky.png", "wave.png", "foam.png", "a=b.png", "c@d.png")


@pytest.fixture
def stylize(command, pictures, monkeypatch):
    """Runs the verb on the pictures, in their folder, and gives its line of JSON if it succeeds."""
    monkeypatch.chdir(pictures)
    for name in NAMES:
        write_image(name, np.ones((6, 8, 3), np.float32))

    def run(*arguments):
        status, out, err = command("stylize", "content.png", *arguments, "-o", "out.png", "--json", "--quiet")
        return (json.loads(out) if status == 0 else status), err

    return run


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("sky.png=wave.png", ("sky.png", "wave.png")),
        ("sky.png=wave.png@foam.png", ("sky.png", "wave.png", "foam.png")),
        ("a=b.png=c@d.png", ("a=b.png", "c@d.png")),
        ("a=b.png=c@d.png@foam.png", ("a=b.png", "c@d.png", "foam.png")),
    ],
)
def test_a_region_is_read_by_the_files_that_are_there(stylize, text, files):
    found, _ = stylize("--region", text)
    assert found["regions"] == [dict(zip(("mask", "style", "style_mask"), files, strict=False))]


def test_mask_and_regions_reach_the_recipe_as_pictures(stylize, monkeypatch):
    seen = {}

    def run_stylize(content, styles, settings, time_limit, checkpoint, **areas):
        seen.update(areas)
        return fake.steps_that_take(0)(content, styles, settings)

    monkeypatch.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", run_stylize)
    found, _ = stylize("style.jpg", "--mask", "sky.png", "--region", "foam.png=wave.png")
    assert found["mask"] == "sky.png"
    assert seen["mask"].pixels.shape == (6, 8, 3)
    (region,) = seen["regions"]
    assert region.style.pixels.shape == region.mask.pixels.shape
    assert region.style_mask is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "sky.png"], "argument --region: 'sky.png' is not MASK=STYLE or MASK=STYLE@STYLEMASK"),
        (["--region", "sky.png=no.png"], "no.png"),
        (["--region", "no.png=wave.png@foam.png"], "no.png"),
        (["style.jpg", "--mask", "no.png"], "no.png"),
        ([], "no STYLE was given; at least one image is needed after CONTENT, or a --region"),
        (["--network", "paintings", "--mask", "sky.png"], "--mask has no meaning with --network"),
        (["style.jpg", "--hub", "x", "--region", "sky.png=wave.png"], "--region has no meaning with --hub"),
    ],
    ids=["form", "style", "mask", "file", "none", "network", "hub"],
)
def test_what_cannot_be_used_is_told_in_the_users_words(stylize, pictures, arguments, words):
    status, err = stylize(*arguments)
    assert status == 2
    assert words in err
    assert not (pictures / "out.png").exists()


def test_a_mask_is_not_replaced_by_the_result(command, pictures, stylize):
    status, _, err = command("stylize", "content.png", "style.jpg", "--mask", "sky.png", "-o", "sky.png")
    assert status == 2
    assert "sky.png is one of the images to read" in err


def test_the_parts_of_photograph_and_painting_are_paired(stylize, monkeypatch):
    seen = {}
    pairs = [(np.ones((6, 8), np.float32), np.ones((6, 8), np.float32))]

    def run_stylize(content, styles, settings, time_limit, checkpoint, **areas):
        seen.update(areas)
        return fake.steps_that_take(0)(content, styles, settings)

    monkeypatch.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", run_stylize)
    monkeypatch.setattr("nst_tf.visualize.regions.pair_regions", lambda content, style, count: pairs * count)
    assert stylize("style.jpg", "--regions", "auto")[0]["pairs_of_regions"] == len(seen["regions"]) == 4
    assert stylize("style.jpg", "--regions", "3")[0]["pairs_of_regions"] == len(seen["regions"]) == 3
    for wrong in (["--regions", "auto"], ["style.jpg", "--regions", "2", "--region", "sky.png=wave.png"]):
        assert stylize(*wrong)[0] == 2
    assert "'blue' is not a whole number" in stylize("style.jpg", "--regions", "blue")[1]
