"""`nst-tf compare` with a recipe that takes no time, and once with the network."""

import json
import shlex
import signal
import sys
import types

import numpy as np
import pytest

from nst_tf.images import Picture, read_image, write_image
from nst_tf.progress import Progress, Result

REAL = (
    "--size",
    "64",
    "--steps",
    "3",
    "--optimizer",
    "adam",
    "--swap",
    "0",
    "--patch-weight",
    "0",
    "--init",
    "content",
)


@pytest.fixture
def compare(command, pictures, monkeypatch):
    """Runs the verb on the pictures, in their folder, with a recipe whose pictures are as grey as the strength."""
    module = types.ModuleType("nst_tf.recipes.stylize.stylize")
    module.made, module.contents, module.before = [], [], lambda settings: None

    def run_stylize(content, styles, settings, time_limit=None):
        module.before(settings)
        module.made.append(settings)
        module.contents.append(content)
        picture = Picture(np.full((6, 8, 3), settings.strength, np.float32))
        result = Result(picture, (), {}, settings, True)
        yield Progress(1, 1, 6, 8, 1, 1, 0.5, 0.1, None, lambda: result)

    module.run_stylize = run_stylize
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("nst_tf.cli.shell.tensorflow_import.import_tensorflow", lambda debug: None)
    monkeypatch.chdir(pictures)
    write_image("other.png", Picture(np.full((5, 5, 3), 0.1, np.float32)))
    call = types.SimpleNamespace(recipe=module)
    call.run = lambda *arguments: command("compare", "content.png", "style.jpg", *arguments)
    return call


def test_all_combinations_are_made_at_draft_size_and_told(compare):
    status, out, err = compare.run("other.png", "--vary", "strength=0.2,0.4,0.6", "-o", "sheet.png")
    assert (status, out) == (0, "wrote sheet.png (6 pictures)\n")
    assert err.splitlines()[0] == "nst-tf: 6 pictures: 2 paintings x 3 values of strength"
    assert [(made.strength, made.size) for made in compare.recipe.made] == [(0.2, 192), (0.4, 192), (0.6, 192)] * 2
    assert read_image("sheet.png").pixels.shape[1] > 3 * 8


def test_options_of_stylize_are_those_of_all_pictures(compare):
    options = ("--preset", "gatys", "--size", "64", "--seed", "3", "--quiet")
    assert compare.run("--vary", "style-scale=1,2", "-o", "page.html", *options) == (0, "", "")
    assert {(made.size, made.seed, made.init) for made in compare.recipe.made} == {(64, 3, "noise")}


def test_a_painting_may_be_called_photograph(compare, pictures):
    (pictures / "style.jpg").rename("photograph.jpg")
    write_image("style.jpg", Picture(np.zeros((6, 8, 3), np.float32)))
    assert compare.run("photograph.jpg", "-o", "sheet.png", "--quiet").status == 0
    assert [content.pixels.mean() for content in compare.recipe.contents] == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_start_from_a_file_is_read_for_each_picture(compare):
    assert compare.run("--vary", "seed=1,2", "--init", "other.png", "-o", "sheet.png", "--quiet").status == 0
    assert [made.init.shape for made in compare.recipe.made] == [(5, 5, 3)] * 2


def test_json_tells_the_command_of_each(compare):
    _, out, _ = compare.run("--vary", "strength=0.5,1", "-o", "sheet.png", "--json", "--quiet", "--time-limit", "2.5")
    first, second = map(json.loads, out.splitlines())
    assert (first["varied"], second["varied"]) == (["strength 0.5"], ["strength 1"])
    name = "content-style-strength-0.5.png"
    options = "--time-limit 2.5 --size 192 --strength 0.5"
    assert first["command"] == f"nst-tf stylize content.png style.jpg -o {name} {options}"
    assert (first["output"], first["width"], first["height"]) == ("sheet.png", 8, 6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing varies; give several STYLEs, or --vary SETTING=VALUE,VALUE, as in strength=0.5,1"),
        (("--vary", "strenght=1"), "--vary strenght=1: unknown setting 'strenght'; did you mean 'strength'?"),
        (("--vary", "strength=2"), "--vary strength is 2.0; it must be a number not above 1"),
        (("--vary", "strength="), "--vary strength= has no values; it is of the form strength=NUMBER,..."),
        (("--vary", "seed=1", "--vary", "seed=2"), "--vary has seed 2 times; once is enough"),
        (("--vary", "seed=1,2", "--growth", "1"), "--growth is 1.0; it must be above 1"),
        (("--vary", "seed=1,2", "--style-blend", "1"), "unknown option '--style-blend'"),
        (("--vary", "style-blend=1;2"), "--vary style-blend=1;2: unknown setting 'style-blend'"),
        (("--vary", "seed=1,2", "--fast"), "--vary seed=1,2: unknown setting 'seed'; there is: size, strength"),
        (("--vary", "strength=0,1", "--fast", "--seed", "1"), "--seed has no meaning with --fast"),
        (("--vary", "strength=0,1", "--fast", "--preset", "draft"), "--preset has no meaning with --fast"),
        (("--vary", "seed=1,2", "--init", "nowhere.png"), "unknown start 'nowhere.png'"),
        (("--vary", "init=content,nowhere.png",), "unknown start 'nowhere.png'"),
        (("missing.jpg",), "cannot read missing.jpg"),
        (("style.jpg",), "STYLE has style.jpg 2 times; once is enough"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_used_is_refused_before_anything_is_made(compare, pictures, arguments, words):
    before = set(pictures.iterdir())
    status, out, err = compare.run(*arguments, "-o", "sheet.png")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert (compare.recipe.made, set(pictures.iterdir())) == ([], before)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("sheet.xyz", "cannot write sheet.xyz: its name must end in"),
        ("no/sheet.html", "cannot write no/sheet.html: there is no folder"),
        ("content.png", "content.png is one of the images to read, and would be replaced"),
    ],
    ids=["format", "folder", "input"],
)
def test_what_cannot_be_written_is_refused_before_anything_is_made(compare, output, words):
    status, _, err = compare.run("--vary", "seed=1,2", "-o", output)
    assert (status, err.count("\n"), words in err, compare.recipe.made) == (2, 1, True, [])


@pytest.mark.parametrize("output", ["sheet.png", "page.html"])
def test_a_signal_leaves_what_was_made(compare, pictures, output):
    def stop(settings):
        if settings.strength == 1:
            signal.raise_signal(signal.SIGINT)

    compare.recipe.before = stop
    status, _, err = compare.run("--vary", "strength=0.2,0.4,1", "-o", output, "--quiet")
    assert (status, err) == (130, f"nst-tf: stopped; {output} has 2 of 3 pictures\n")
    assert (pictures / output).exists()


def test_a_signal_before_the_first_picture_leaves_nothing(compare, pictures):
    compare.recipe.before = lambda settings: signal.raise_signal(signal.SIGTERM)
    status, _, err = compare.run("--vary", "strength=0.2,1", "-o", "sheet.png", "--quiet")
    assert (status, err) == (143, "nst-tf: stopped; nothing was written\n")
    assert not (pictures / "sheet.png").exists()


def test_a_picture_that_cannot_be_made_leaves_those_before_it(compare, pictures):
    from nst_tf.errors import InputError

    def refuse(settings):
        if settings.strength == 1:
            raise InputError("the picture is too small")

    compare.recipe.before = refuse
    status, _, err = compare.run("--vary", "strength=0.2,1", "-o", "sheet.png", "--quiet")
    assert (status, err) == (
        2, "nst-tf: error: strength 1: the picture is too small; sheet.png has 1 of 2 pictures\n")  # fmt: skip
    assert (pictures / "sheet.png").exists()
    (pictures / "sheet.png").unlink()
    assert compare.run("--vary", "strength=1,0.2", "-o", "sheet.png", "--quiet").status == 2
    assert not (pictures / "sheet.png").exists()


def test_the_command_of_a_picture_makes_it_again(command, tmp_path, photo, monkeypatch):
    write_image(tmp_path / "style.png", Picture(read_image(photo).pixels[::-4, ::4, [2, 0, 1]]))
    monkeypatch.chdir(tmp_path)
    asked = ("compare", photo, "style.png", "--vary", "strength=0.5,1", "-o", "sheet.png", *REAL, "--json", "--quiet")
    status, out, _ = command(*asked)
    assert status == 0
    _, last = map(json.loads, out.splitlines())
    assert command(*shlex.split(last["command"])[1:], "--quiet").status == 0
    [name] = {path.name for path in tmp_path.iterdir()} - {"style.png", "sheet.png"}
    again, sheet = read_image(tmp_path / name).pixels, read_image(tmp_path / "sheet.png").pixels
    height, width = again.shape[:2]
    np.testing.assert_array_equal(sheet[-12 - height : -12, -12 - width : -12], again)
