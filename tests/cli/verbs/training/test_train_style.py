"""`nst-tf train-style` on a few small images."""

import inspect
import json

import numpy as np
import pytest
from PIL import Image

import nst_tf
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs.training import ablate, train_convnet, train_decoder, train_style
from nst_tf.cli.work.options import chosen
from nst_tf.one_pass.style_network import load_style_network
from nst_tf.training.settings import CONVNET, DECODER, STYLES

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
QUICK = ("--steps", 2, "--every", 1, "--side", 32, "--batch", 1, "--style-size", 32)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder, random = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    for number in range(3):
        Image.fromarray(random.integers(0, 255, (40, 44, 3), np.uint8)).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def train(command, images, tmp_path):
    def call(*options, styles=("great_wave", "auvers")):
        paths = [nst_tf.sample(style) for style in styles]
        return command("train-style", *paths, "--images", images, "-o", tmp_path / "run", *options)

    return call


def test_trains_a_network_that_stylize_takes(train, command, photo, tmp_path, monkeypatch):
    monkeypatch.setattr("nst_tf.training.style.callbacks.SIDE", 32)
    status, out, err = train(*QUICK)
    assert status == 0
    assert out.startswith(f"wrote {tmp_path / 'run'} (styles great_wave, auvers; loss ")
    lines = err.splitlines()
    assert [line.split(":")[1].strip() for line in lines[:2]] == ["round 1", "round 2"]
    assert "skipped broken.png: " in lines[-1]
    assert load_style_network(tmp_path / "run").styles == ("great_wave", "auvers")
    options = ("--network", tmp_path / "run", "--style-blend", "1,3", "--size", 32, "--quiet")
    assert command("stylize", photo, "-o", tmp_path / "out.png", *options) == (0, "", "")
    assert max(nst_tf.read_image(tmp_path / "out.png").pixels.shape) == 32
    status, out, _ = train(*QUICK, "--json", "--quiet")
    assert [json.loads(line)["epoch"] for line in out.splitlines()] == [1, 2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--steps", 3, "--every", 2), "--steps is 3; it must be a multiple of --every, 2"),
        (("--steps", 0), "--steps is 0; it must be a number not below 1"),
        ((*QUICK, "--precision", "half"), "unknown precision 'half'"),
        ((*QUICK, "--from", "paintings", "--add-to", "run"), "argument --add-to: not allowed with argument --from"),
        ((*QUICK, "--tv-weight", -1), "--tv-weight is -1.0"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(train, tmp_path, options, message):
    status, out, err = train(*options, "--quiet")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("verb", "presets", "arguments"),
    [
        (train_style, STYLES, ["style.jpg", "--images", "images", "-o", "run"]),
        (train_decoder, DECODER, ["--images", "images", "-o", "run"]),
        (train_convnet, CONVNET, ["folder", "-o", "run"]),
        (ablate, CONVNET, ["folder", "-o", "run"]),
    ],
    ids=lambda value: getattr(value, "__name__", "").rpartition(".")[2],
)
def test_each_setting_has_an_option_whose_default_is_that_of_the_function(verb, presets, arguments):
    parser = Parser(prog="nst-tf")
    verb.add_arguments(parser)
    given = vars(chosen(parser.parse_args(arguments), presets))
    function = inspect.signature(getattr(nst_tf, verb.__name__.rpartition(".")[2])).parameters
    assert given == {name: function[name].default for name in presets.types}
