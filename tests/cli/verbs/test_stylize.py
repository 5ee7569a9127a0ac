"""`nst-tf stylize` with the network, at 64 pixels."""

import json
import subprocess
import sys

import numpy as np
import pytest

from nst_tf.images import read_image, resize, write_image
from nst_tf.images.picture import Picture

PROGRAM = "import sys; from nst_tf.cli.main import run; sys.exit(run())"
QUICK = ("--size", "64", "--steps", "6", "--optimizer", "adam")
# Begun with the content and compared on few layers.
SHALLOW = ("--init", "content", "--patch-weight", "0", "--style-layers", "relu1_1=1", "--content-layers", "relu2_1=1")


@pytest.fixture
def style(tmp_path, photo):
    """The photograph, upside down and in other colours."""
    pixels = read_image(photo).pixels[::4, ::4]
    write_image(tmp_path / "style.png", Picture(pixels[::-1, :, [2, 0, 1]]))
    return tmp_path / "style.png"


def test_a_process_of_its_own_says_nothing_but_its_results(tmp_path, photo, style):
    out = tmp_path / "out"
    command = [sys.executable, "-c", PROGRAM, "stylize", photo, style, "--content", style, "-o", out]
    command += [*QUICK, *SHALLOW, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert all(line.startswith("nst-tf: ") for line in ended.stderr.splitlines())
    assert ended.returncode == 0
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(record["width"], record["height"], record["steps"]) for record in records] == [(64, 48, 6)] * 2
    # The network is loaded and the graph is traced once.
    assert records[1]["seconds"] < 0.7 * records[0]["seconds"]


def test_the_picture_is_the_content_changed(command, tmp_path, photo, style):
    assert command("stylize", photo, style, "-o", tmp_path / "out.png", *QUICK, "--quiet") == (0, "", "")
    made = read_image(tmp_path / "out.png").pixels
    content = np.clip(resize(read_image(photo).pixels, made.shape[:2]), 0, 1)
    assert 0.01 < np.abs(made - content).mean() < 0.3


def test_json_tells_what_the_network_computed_with(command, tmp_path, photo, style):
    for asked, used in (("auto", "float32"), ("bfloat16", "bfloat16")):
        arguments = ("--size", "32", "--steps", "2", "--precision", asked, *SHALLOW, "--json")
        status, out, _ = command("stylize", photo, style, "-o", tmp_path / "out.png", *arguments)
        assert (status, json.loads(out)["precision"]) == (0, used)


def test_an_unknown_layer_is_refused(command, tmp_path, photo, style):
    arguments = ("-o", tmp_path / "out.png", "--style-layers", "relu1_11=1", "--quiet")
    status, out, err = command("stylize", photo, style, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "unknown layer 'relu1_11'; did you mean 'relu1_1'?" in err
    assert not (tmp_path / "out.png").exists()
