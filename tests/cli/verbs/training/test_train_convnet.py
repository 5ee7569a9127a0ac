"""`nst-tf train-convnet` with narrow networks on a few small images."""

import functools
import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import nst_tf
from nst_tf.training.settings import CONVNET

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
QUICK = ("--size", "64", "--width", "0.05", "--batch", "6", "--learning-rate", "0.001")


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for number, name in enumerate(("ant", "bee")):
        (tmp_path / "images" / name).mkdir(parents=True)
        for image in range(8):
            pixels = rng.integers(0, 100, (80, 90, 3), np.uint8)
            pixels[..., number] += 120
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{image}.png")
    return tmp_path / "images"


@pytest.fixture
def verb(command):
    """Runs the verb with some arguments."""
    return functools.partial(command, "train-convnet")


def start(*arguments):
    path = os.pathsep.join([str(Path(nst_tf.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-m", "nst_tf", "train-convnet", *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, **pipes)


# Each layer whose filters are recorded is a deconvnet to be traced.
@pytest.mark.parametrize(("architecture", "layers"), [("zfnet", ()), ("alexnet", ("--evolution-layers", "relu5"))])
def test_trains_each_architecture_and_goes_on_but_with_no_other_settings(verb, folder, tmp_path, architecture, layers):
    arguments = (folder, "-o", tmp_path / "run", "--architecture", architecture, *layers, *QUICK, "--quiet")
    assert verb(*arguments, "--epochs", 1) == (0, "", "")
    status, out, _ = verb(*arguments, "--epochs", 2, "--json")
    assert status == 0
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["epoch"] for record in records] == [1, 2]
    model = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert model.output_shape == (None, 2)
    assert int(model.optimizer.iterations.numpy()) == 4
    mean = model.get_layer("preprocess").mean
    assert np.abs(np.asarray(mean).mean(axis=(0, 1)) - [110 / 255, 110 / 255, 50 / 255]).max() < 0.01
    status, _, err = verb(*arguments, "--epochs", 2, "--seed", 3)
    assert status == 2
    assert err == f"nst-tf: error: {tmp_path / 'run'} is a run with seed 0, not 3; choose another folder\n"


def test_names_with_line_breaks_are_told_in_one_line(verb, folder, tmp_path):
    (folder / "ant" / "two\nlines.png").write_bytes(b"a letter")
    status, out, err = verb(folder, "-o", tmp_path / "a\nrun", "--from", "alexnet", "--freeze", "--size", 64)
    assert (status, out.count("\n")) == (0, 1)
    assert out.startswith(f"wrote {tmp_path}/a\\nrun (2 classes")
    assert err.startswith("nst-tf: skipped ant/two\\nlines.png: Unknown image file format")
    assert err.count("\n") == 1


def test_a_head_names_the_share_it_gets_right(verb, folder, tmp_path):
    status, out, _ = verb(folder, "-o", tmp_path / "run", "--from", "alexnet", "--freeze", "--size", 64)
    assert (status, out) == (0, f"wrote {tmp_path / 'run'} (2 classes, 100.0% of the held-out images right)\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "alexnet"), "--from and --freeze must be given together"),
        (("--freeze",), "--from and --freeze must be given together"),
        (("--from", "vgg16", "--freeze", "--learning-rate", "1"), "--learning-rate has no meaning with --from"),
        (("--size", "20"), "side is 20; it must be"),
    ],
)
def test_refuses_what_does_not_fit_in_one_line(verb, folder, tmp_path, arguments, message):
    status, out, err = verb(folder, "-o", tmp_path / "run", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (tmp_path / "run").exists()


def test_the_defaults_of_a_head_are_those_of_a_network():
    functions = [inspect.signature(function).parameters for function in (nst_tf.train_convnet, nst_tf.train_head)]
    of_both = [[function[name].default for name in CONVNET.members("data")] for function in functions]
    assert of_both[0] == of_both[1]


def test_a_signal_leaves_the_last_epoch_and_says_how_to_go_on(folder, tmp_path, verb):
    arguments = (folder, "-o", tmp_path / "run", "--evolution-layers", "relu1", *QUICK, "--epochs", 10000)
    with start(*arguments) as process:
        lines = [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    assert all(line.startswith(f"nst-tf: epoch {number + 1}: loss ") for number, line in enumerate(lines))
    assert process.returncode == 143
    assert err.splitlines()[-1] == (
        f"nst-tf: stopped; what was finished of {tmp_path / 'run'} is whole, and the same command goes on from there"
    )
    done = len(json.loads((tmp_path / "run" / "run.json").read_text())["history"])
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == [
        "classes.txt",
        "evolution",
        "model.keras",
        "run.json",
    ]
    assert verb(*arguments[:-1], done + 1, "--quiet")[0] == 0
    assert len(json.loads((tmp_path / "run" / "run.json").read_text())["history"]) == done + 1
