"""`nst-tf dream` with the network, at 48 pixels."""

import json

import numpy as np
import pytest
from PIL import Image

from nst_tf.images import read_image, write_image

QUICK = ("--size", "48", "--octaves", "1", "--steps", "2", "--layers", "relu2_1=1")


def test_writes_and_reports_the_dream(command, tmp_path, photo):
    status, out, _ = command("dream", photo, "-o", tmp_path / "out.png", *QUICK, "--json", "--seed", "3")
    record = json.loads(out)
    assert status == 0
    assert (record["width"], record["height"], record["steps"], record["seed"]) == (48, 36, 2, 3)
    assert record["losses"]["relu2_1"] < -1
    assert read_image(tmp_path / "out.png").pixels.shape == (36, 48, 3)


def test_a_guide_is_heeded_and_not_replaced(command, tmp_path, photo):
    options = ("dream", photo, *QUICK, "--quiet")
    assert command(*options, "-o", tmp_path / "plain.png").status == 0
    assert command(*options, "-o", tmp_path / "guided.png", "--guide", tmp_path / "plain.png").status == 0
    plain, guided = (read_image(tmp_path / name).pixels for name in ("plain.png", "guided.png"))
    assert np.abs(plain - guided).mean() > 1e-3
    status, _, err = command(*options, "-o", tmp_path / "plain.png", "--guide", tmp_path / "plain.png")
    assert status == 2
    assert "plain.png is one of the images to read, and would be replaced" in err


def test_noise_needs_no_image(command, tmp_path):
    assert command("dream", "--from-noise", "-o", tmp_path / "out.png", *QUICK, "--quiet") == (0, "", "")
    assert read_image(tmp_path / "out.png").pixels.shape == (48, 48, 3)
    status, _, err = command("dream", "-o", tmp_path / "out.png", *QUICK)
    assert (status, err) == (2, "nst-tf: error: no image was given; name one, or start with --from-noise\n")


@pytest.mark.parametrize("extension", ["gif", "webp"])
def test_a_zoom_is_an_animation(command, tmp_path, photo, extension):
    path = tmp_path / f"out.{extension}"
    status, out, _ = command("dream", photo, "-o", path, "--zoom", "3", *QUICK, "--json")
    record = json.loads(out)
    assert status == 0
    assert (record["frames"], record["steps"], record["finished"]) == (3, 6, True)
    with Image.open(path) as moving:
        assert moving.n_frames == 3
        assert moving.size == (48, 36)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["out.png", "--zoom", "2"], "out.png: the name of an animation must end in one of .gif, .webp, .mp4"),
        (
            ["out.gif", "--zoom", "2", "--save-every", "5"],
            "--save-every is for pictures; a zoom that is stopped writes",
        ),
        (["out.png", "--layers", "relu2_1:x=1"], "'relu2_1:x' is none of LAYER, LAYER:CHANNEL and LAYER:CHANNEL:Y:X"),
        (["out.png", "--octave-scale", "0.5"], "--octave-scale is 0.5; it must be above 1"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(command, tmp_path, photo, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("dream", photo, "-o", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("nst-tf: error: ")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_zoom_into_several_images_is_refused(command, tmp_path, photo):
    status, _, err = command("dream", photo, photo, "-o", tmp_path / "out.gif", "--zoom", "2")
    assert (status, err) == (2, "nst-tf: error: a zoom is made of one image; name one that is no folder\n")


def test_a_mask_is_heeded_and_has_no_meaning_in_a_zoom(command, tmp_path, photo):
    mask = np.zeros((36, 48, 3), np.float32)
    mask[:, :24] = 1
    write_image(tmp_path / "mask.png", mask)
    options = ("dream", photo, *QUICK, "--mask", tmp_path / "mask.png")
    status, out, _ = command(*options, "-o", tmp_path / "out.png", "--json")
    assert status == 0
    assert json.loads(out)["mask"] == str(tmp_path / "mask.png")
    assert command("dream", photo, *QUICK, "-o", tmp_path / "plain.png", "--quiet").status == 0
    made, plain = (read_image(tmp_path / name).pixels for name in ("out.png", "plain.png"))
    np.testing.assert_array_equal(made[:, :20], plain[:, :20])
    assert np.abs(made - plain)[:, 24:].mean() > 1e-3
    status, _, err = command(*options, "-o", tmp_path / "out.gif", "--zoom", "2")
    assert (status, "--mask has no meaning with --zoom" in err) == (2, True)
