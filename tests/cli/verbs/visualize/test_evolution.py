"""The verb, on a record of three epochs of one layer."""

import numpy as np
import pytest
from PIL import Image

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs.visualize import evolution
from nst_tf.images import read_image
from nst_tf.visualize.evolution.record import LayerWinners, read_evolution, record_path, save_epoch
from nst_tf.visualize.evolution.sheet import evolution_sheet


@pytest.fixture
def run_folder(tmp_path):
    folder = tmp_path / "run"
    (folder / "evolution").mkdir(parents=True)
    generator = np.random.default_rng(0)
    for epoch in (1, 2, 5):
        names = generator.choice(["a.jpg", "b.jpg"], 20)
        grey = np.full((20, 5, 5, 3), 128, np.uint8)
        levels = generator.integers(-127, 128, grey.shape).astype(np.int8)
        ones = np.ones(20, np.float32)
        positions = np.zeros((20, 2), np.int32)
        winners = LayerWinners(ones, positions[:, 0], names, positions, grey, levels, ones)
        save_epoch(record_path(folder, epoch), {"epoch": epoch, "layers": ["relu1"]}, {"relu1": winners})
    return folder


def test_writes_the_sheet_of_the_chosen_filters(command, run_folder, tmp_path):
    out = tmp_path / "sheet.png"
    status, printed, err = command("evolution", run_folder, "-o", out, "--filters", "3,17")
    assert (status, printed, err) == (0, f"wrote {out} (epochs 1, 2, 5)\n", "")
    expected = evolution_sheet(read_evolution(run_folder), filters=[3, 17])
    np.testing.assert_allclose(read_image(out).pixels, expected, atol=0.6 / 255)


def test_draws_at_random_by_the_defaults_of_the_function(command, run_folder, tmp_path):
    out = tmp_path / "sheet.png"
    assert command("evolution", run_folder, "-o", out, "--layers", "relu1", "--seed", 4).status == 0
    np.testing.assert_allclose(
        read_image(out).pixels, evolution_sheet(read_evolution(run_folder), seed=4), atol=0.6 / 255
    )


@pytest.mark.parametrize("name", ["moving.gif", "moving.WEBP"])
def test_writes_an_animation_if_the_name_says_so(command, run_folder, tmp_path, name):
    assert command("evolution", run_folder, "-o", tmp_path / name).status == 0
    with Image.open(tmp_path / name) as image:
        assert image.n_frames == 3


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--layers", "relu2"], "unknown layer 'relu2'; did you mean 'relu1'? there is: relu1"),
        (["--filters", "20,"], "the layer 'relu1' has no filter 20; they are numbered 0 to 19"),
    ],
)
def test_bad_choices_are_one_line(command, run_folder, tmp_path, options, line):
    out = tmp_path / "sheet.png"
    assert command("evolution", run_folder, "-o", out, *options) == (2, "", f"nst-tf: error: {line}\n")
    assert not out.exists()


def test_bad_files_are_one_line(command, run_folder, tmp_path):
    run = command("evolution", tmp_path / "none", "-o", tmp_path / "sheet.png")
    assert (run.status, run.err) == (2, f"nst-tf: error: there is no folder {tmp_path / 'none'}\n")
    run = command("evolution", tmp_path, "-o", tmp_path / "sheet.png")
    assert run.status == 2
    assert run.err.startswith(f"nst-tf: error: {tmp_path} has no recorded epochs")
    record_path(run_folder, 2).write_bytes(b"")
    run = command("evolution", run_folder, "-o", tmp_path / "sheet.png")
    assert (run.status, run.err.count("\n")) == (2, 1)
    assert "epoch-002.npz: it is no record of an epoch, or damaged" in run.err


def test_refuses_a_name_that_is_no_picture_before_it_reads(command, tmp_path):
    run = command("evolution", tmp_path / "none", "-o", tmp_path / "sheet.avi")
    assert run.status == 2
    assert "must end in one of .jpg, .jpeg, .png, .tif, .tiff for a sheet" in run.err
    assert "or in .gif or .webp or .mp4 for an animation" in run.err


@pytest.mark.parametrize("text", ["0", "x", "-1", "3,,4", "-1,2", ","])
def test_refuses_filters_that_cannot_be(command, run_folder, tmp_path, text):
    run = command("evolution", run_folder, "-o", tmp_path / "sheet.png", f"--filters={text}")
    assert run.status == 2
    assert "--filters" in run.err


def test_reads_a_number_or_a_list_of_filters():
    parser = Parser()
    evolution.add_arguments(parser)
    given = [parser.parse_args(["r", "-o", "x", "--filters", text]).filters for text in ("8", "3,17", "3,")]
    assert given == [8, [3, 17], [3]]


@pytest.mark.parametrize("name", ["sheet.jpg", "film.webp"])
def test_is_made_again_from_its_recipe(command, run_folder, tmp_path, monkeypatch, name):
    out = tmp_path / name
    assert command("evolution", run_folder, "-o", out, "--filters", "3,").status == 0
    monkeypatch.chdir("/")
    assert command("recipe", out).out == f"nst-tf evolution run --filters 3, -o {name}\n"
    assert command("replay", out, "-o", tmp_path / f"again-{name}").status == 0
    with Image.open(out) as old, Image.open(tmp_path / f"again-{name}") as new:
        for frame in range(getattr(old, "n_frames", 1)):
            old.seek(frame), new.seek(frame)
            np.testing.assert_array_equal(np.asarray(new), np.asarray(old))
    (run_folder / "more.txt").touch()
    assert f"{run_folder} has changed since" in command("replay", out, "-o", tmp_path / f"more-{name}").err
