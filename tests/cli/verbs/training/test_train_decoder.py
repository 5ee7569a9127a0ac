"""`nst-tf train-decoder`."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

PHOTOS = Path(__file__).parents[3] / "data" / "photos"

TINY = ("--level", "relu1_1", "--steps", 2, "--every", 1, "--side", 16, "--batch", 4)


def test_it_trains_and_goes_on_and_its_decoder_paints(command, tmp_path, photo, monkeypatch):
    for module in ("callbacks", "last_block"):  # the images to judge and to begin with
        monkeypatch.setattr(f"nst_tf.training.decoder.{module}.SIDE", 32)
    run = tmp_path / "run"
    status, printed, errors = command("train-decoder", "--images", PHOTOS, "-o", run, *TINY)
    assert status == 0
    assert printed.startswith(f"wrote {run} (PSNR ")
    assert "round 2: loss " in errors
    # Everything was done already.
    status, printed, _ = command("train-decoder", "--images", PHOTOS, "-o", run, *TINY, "--json", "--quiet")
    assert status == 0
    assert [json.loads(line)["epoch"] for line in printed.splitlines()] == [1, 2]
    out = tmp_path / "out.png"
    options = ("--fast", "--decoder", run, "--size", 32, "--quiet")
    assert command("stylize", photo, photo, "-o", out, *options) == (0, "", "")


def test_a_folder_without_images_is_refused(command, tmp_path):
    status, printed, errors = command("train-decoder", "--images", tmp_path, "-o", tmp_path / "run", *TINY)
    assert (status, printed, errors.count("\n")) == (2, "", 1)
    assert "has no image" in errors
    assert not (tmp_path / "run").exists()
