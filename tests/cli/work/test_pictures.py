"""`nst-tf stylize` with a recipe that only counts."""

import errno
import json
import math
import os
import signal
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import psutil
import pytest

from nst_tf.cli.main import make_parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work import pictures as pictures_module
from nst_tf.cli.work.jobs import Job
from nst_tf.cli.work.pictures import make_pictures, watch
from nst_tf.errors import InputError
from nst_tf.images import Picture, atomic_write, read_image, write_image
from nst_tf.recipes.stylize.settings import PRESETS

from .. import fake

pytestmark = pytest.mark.usefixtures("fake_recipe")


def level(path):
    """The value of the first pixel, of 255."""
    return round(float(read_image(path).pixels[0, 0, 0]) * 255)


@pytest.fixture
def stylize(command, pictures, monkeypatch):
    """Runs the verb on the pictures, in their folder."""
    monkeypatch.chdir(pictures)
    return lambda *arguments: command("stylize", "content.png", "style.jpg", *arguments)


def test_writes_the_picture_and_says_so(stylize):
    status, out, err = stylize("-o", "out.png")
    assert (status, out) == (0, "wrote out.png (8x6, 4 evaluations, 2.0 s, loss 0.25)\n")
    assert err == "nst-tf: content.png: scale 1/1 8x6, evaluation 1 of 4, loss 1\n"
    assert level("out.png") == level("content.png") - fake.STEPS


@pytest.mark.parametrize(
    ("options", "gib", "sparing"),
    [
        ((), 24, False),
        (("--tile", 512), 24, False),
        ((), 8, True),
        (("--size", 2048), 8, False),
        (("--size", 8000), 24, True),
    ],
)
def test_memory_is_spared_where_a_large_picture_would_not_fit_into_the_machine_otherwise(
    stylize, monkeypatch, options, gib, sparing
):
    machine, imported = psutil.virtual_memory(), []
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine._replace(total=gib * 2**30))
    monkeypatch.setattr(pictures_module, "import_tensorflow", lambda _, sparing: imported.append(sparing))
    assert stylize("-o", "out.png", "--size", 4000, *options)[0] == 0
    assert imported == [sparing]


def test_quiet_says_nothing(stylize):
    assert stylize("-o", "out.png", "--quiet") == (0, "", "")
    assert level("out.png") == level("content.png") - fake.STEPS


def test_json_tells_everything(stylize):
    status, out, err = stylize("-o", "out.png", "--json", "--quiet", "--seed", "7", "--preset", "draft")
    record = json.loads(out)
    assert (status, err, out.count("\n")) == (0, "", 1)
    assert record.pop("peak_memory_mb") > 10
    assert record == {
        "content": "content.png",
        "styles": ["style.jpg"],
        "output": "out.png",
        "width": 8,
        "height": 6,
        "preset": "draft",
        "precision": "float32",
        "seed": 7,
        "finished": True,
        "steps": 4,
        "seconds": 2.0,
        "loss": 0.25,
        "losses": {"style": 0.25, "content": None},
    }


def test_passes_pictures_and_settings_on(stylize, monkeypatch):
    seen = []

    def run_stylize(content, styles, settings, time_limit, checkpoint):
        assert checkpoint is None
        seen.extend([content, styles, settings, time_limit])
        return fake.steps_that_take(0)(content, styles, settings)

    monkeypatch.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", run_stylize)
    assert stylize("content.png", "-o", "x.png", "--time-limit", "9", "--init", "style.jpg", "--size", "64").status == 0
    content, styles, settings, time_limit = seen
    assert [picture.pixels.shape for picture in (content, *styles)] == [(6, 8, 3), (5, 5, 3), (6, 8, 3)]
    assert (time_limit, settings.size, settings.steps) == (9.0, 64, PRESETS["default"].steps)
    np.testing.assert_array_equal(settings.init, read_image("style.jpg").pixels)


def test_a_start_that_is_neither_a_word_nor_a_file_is_refused(stylize):
    status, out, err = stylize("-o", "out.png", "--init", "nosie")
    assert (status, out) == (2, "")
    assert "unknown start 'nosie'; did you mean 'noise'" in err


def test_saves_the_picture_so_far(stylize, monkeypatch):
    levels = []

    def write(path, picture, **options):
        write_image(path, picture, **options)
        levels.append(level(path) - level("content.png"))

    monkeypatch.setattr(pictures_module, "write_image", write)
    assert stylize("-o", "out.png", "--save-every", "2").status == 0
    assert levels == [-2, -4, -4]


def test_writes_with_quality_and_depth(stylize):
    assert stylize("-o", "fine.jpg", "--quality", "99").status == 0
    assert stylize("-o", "coarse.jpg", "--quality", "5").status == 0
    assert stylize("-o", "deep.png", "--bit-depth", "16").status == 0
    assert os.path.getsize("fine.jpg") > os.path.getsize("coarse.jpg")
    with open("deep.png", "rb") as file:
        assert file.read(25)[24] == 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-o content.png", "content.png is one of the images to read, and would be replaced; name another with -o"),
        ("-o style.jpg", "style.jpg is one of the images to read, and would be replaced; name another with -o"),
        ("-o x.gif", "cannot write x.gif: its name must end in one of .jpg, .jpeg, .png, .webp, .tif, .tiff"),
        ("-o x.jpg --bit-depth 16", "cannot write x.jpg: JPEG has no 16-bit pixels, only PNG and TIFF have"),
        ("none.png -o x.png", "cannot read none.png: there is no such file"),
        ("-o x.png --preset drft", f"unknown preset 'drft'; did you mean 'draft'? there is: {', '.join(PRESETS)}"),
        (
            "-o x.png --style-loss gramm",
            "unknown --style-loss 'gramm'; did you mean 'gram'? there is: wasserstein, gram",
        ),
        ("-o x.png --size 0", "--size is 0; it must be a number not below 1"),
        (
            "-o x.png --init nose",
            "unknown start 'nose'; did you mean 'noise'? there is: content, fast, noise, or an image file",
        ),
        ("-o x.png --init .", "cannot read .: it is a folder, not an image file"),
    ],
)
def test_refuses_before_it_works(stylize, pictures, arguments, message):
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    assert stylize(*arguments.split()) == (2, "", f"nst-tf: error: {message}\n")
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before


def test_an_unreadable_content_is_refused(command, pictures):
    (pictures / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    status, out, err = command("stylize", pictures / "bad.png", pictures / "style.jpg", "-o", pictures / "out.png")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"cannot read {pictures / 'bad.png'}: it is damaged" in err
    assert not (pictures / "out.png").exists()


def fails(error):
    def write(path, picture, **options):
        with atomic_write(path):
            raise error

    return write


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device"),
        (MemoryError(), "choose a smaller --size"),
    ],
)
def test_a_failure_of_the_machine_exits_with_1_and_leaves_nothing(stylize, pictures, monkeypatch, error, text):
    monkeypatch.setattr(pictures_module, "write_image", fails(error))
    status, out, err = stylize("-o", "out.png", "--quiet")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert text in err
    assert sorted(os.listdir()) == ["content.png", "style.jpg"]


def test_a_strange_name_stays_on_one_line(command, pictures):
    name = pictures / "a\nb\udce9.png"
    write_image(name, Picture(np.zeros((4, 4, 3), np.float32)))
    status, out, _ = command("stylize", name, pictures / "style.jpg", "-o", pictures / "out", "--quiet", "--json")
    assert status == 2
    status, out, _ = command("stylize", name, pictures / "style.jpg", "-o", f"{pictures}/out/", "--quiet", "--json")
    assert (status, json.loads(out)["content"]) == (0, str(name))
    assert out.count("\n") == 1


SHEET = ("visualize-features", "--layer", "relu1_1", "-o", "out.png")


def painted(result):
    return {"source": "nothing", "psnr": 27.125, "signal_noise": math.inf}


@pytest.mark.parametrize("form", ["--json", "--quiet", None])
def test_a_picture_of_nothing_and_what_its_recipe_has_to_tell(form, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments = make_parser().parse_args([*SHEET, "--no-recipe", *([] if form is None else [form])])
    grey = Picture(np.full((6, 8, 3), 0.5, np.float32))

    def steps(content, _):
        assert content is None
        return fake.steps_that_take(0)(grey, [], PRESETS["default"])

    assert make_pictures(arguments, steps, facts=painted).finish() == 0
    assert level("out.png") == 128 - fake.STEPS
    out = capsys.readouterr().out
    if form == "--json":
        record = json.loads(out)
        assert list(record)[:4] == ["source", "psnr", "signal_noise", "output"]
        assert (record["source"], record["psnr"], record["signal_noise"]) == ("nothing", 27.125, None)
    elif form is None:
        assert out == "wrote out.png (8x6, 4 evaluations, 2.0 s, loss 0.25, psnr 27.1, signal noise inf)\n"
    else:
        assert out == ""


def test_another_file_to_read_is_not_replaced(tmp_path):
    write_image(tmp_path / "out.png", Picture(np.zeros((4, 4, 3), np.float32)))
    arguments = Namespace(quiet=True, output=str(tmp_path / "out.png"), bit_depth=8)
    with pytest.raises(InputError, match="is one of the images to read"):
        make_pictures(arguments, None, others=[None, str(tmp_path / "out.png")])


def test_results_are_given_with_their_jobs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = make_parser().parse_args([*SHEET, "--quiet", "--no-recipe"])
    grey = Picture(np.full((6, 8, 3), 0.5, np.float32))
    pictures = make_pictures(arguments, lambda *_: fake.steps_that_take(0)(grey, [], PRESETS["default"]))
    ((job, result),) = pictures
    assert str(job.target) == "out.png"
    np.testing.assert_allclose(result.image, 0.5 - fake.STEPS / 255, atol=1e-6)
    assert pictures.status == 0


GREY, JOB = Picture(np.full((6, 8, 3), 0.5, np.float32)), Job(None, Path("x.png"))


@pytest.mark.parametrize(("every", "saved"), [(None, []), (1, [1, 2, 3, 4]), (3, [3])])
def test_saves_after_every_so_many_evaluations(every, saved):
    levels = []
    steps = fake.steps_that_take(0)(GREY, [], PRESETS["default"])
    arguments = Namespace(quiet=True, save_every=every)
    last, stop = watch(JOB, steps, arguments, lambda _, result: levels.append(0.5 - result.image[0, 0, 0]), id)
    assert (last.step, stop) == (fake.STEPS, None)
    np.testing.assert_allclose(levels, np.array(saved) / 255, atol=1e-6)


@pytest.mark.parametrize("after", [0, 2])
def test_a_signal_gives_what_there_is(after):
    def stopped():
        for progress in fake.steps_that_take(0)(GREY, [], PRESETS["default"]):
            if progress.step > after:
                raise Stopped(signal.SIGINT)
            yield progress

    last, stop = watch(JOB, stopped(), Namespace(quiet=True, save_every=None), None, id)
    assert stop.number == signal.SIGINT
    assert (last and last.step) == (after or None)
