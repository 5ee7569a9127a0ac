"""The examples in docstrings are code that runs: each recipe as far as its first report, on small pictures."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import nst_tf
from nst_tf.recipes.python_driver import Clock

PACKAGE = Path(nst_tf.__file__).parent
PICTURES = ("castle.jpg", "wave.jpg", "pebbles.jpg")
NEED_A_SERVER = {"nst_tf.serve.client.client"}


def _examples():
    """The modules with examples."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " not in path.read_text():
            continue
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        if name not in NEED_A_SERVER:
            yield name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with pictures by the names that the examples use."""
    for name in PICTURES:
        nst_tf.write_image(tmp_path / name, nst_tf.Picture(np.random.default_rng(0).random((48, 64, 3), np.float32)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", list(_examples()))
def test_an_example_runs(name, folder, monkeypatch):
    monkeypatch.setattr(Clock, "allows", lambda *_: False)
    module = importlib.import_module(name)
    image = nst_tf.read_image("castle.jpg")
    known = {
        "nst_tf": nst_tf,
        "content": image,
        "style": nst_tf.read_image("wave.jpg"),
        "images": tf.constant(np.stack([image.pixels] * 2)),
        "filters": tf.constant([0, 1]),
    }
    runner, told = doctest.DocTestRunner(), []
    for example in doctest.DocTestFinder().find(module, name, extraglobs=known):
        runner.run(example, out=told.append)
    assert runner.summarize(verbose=False).attempted > 0
    assert told == []
