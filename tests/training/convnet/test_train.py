"""Whole runs of a tiny network."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import nst_tf
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError, NstError
from nst_tf.training import open_strategy, train_convnet
from nst_tf.training.convnet.train import ARCHITECTURES
from nst_tf.visualize.evolution.record import read_evolution

from . import tiny

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def state(trained):
    return [np.array(variable.numpy()) for variable in trained.model.weights + trained.model.optimizer.variables]


def untimed(trained):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in trained.history]


def assert_same(one, other):
    for first, second in zip(state(one), state(other), strict=True):
        np.testing.assert_array_equal(first, second)
    assert untimed(one) == untimed(other)


class CopyWithinEpochs(keras.callbacks.Callback):
    """Copies a run folder in the middle of every epoch: what is left of a run that is cut off there."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            shutil.copytree(self.run, self.run.with_name(f"cut{self.epoch}"))


@pytest.fixture(scope="module")
def options():
    """Arguments of `train_convnet` that train a tiny network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES, "tiny", tiny.tiny)
        yield tiny.OPTIONS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """48 images of three classes, which no test changes."""
    return tiny.write_images(tmp_path_factory.mktemp("images") / "images", {"ant": 15, "bee": 16, "cat": 17})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The run folder of `whole`, which no test changes."""
    return tmp_path_factory.mktemp("runs") / "whole"


@pytest.fixture(scope="module")
def whole(folder, run, options):
    """A run of four epochs."""
    return train_convnet(folder, run, epochs=4, callbacks=[CopyWithinEpochs(run)], **options)


@pytest.fixture(scope="module")
def spoilt(folder, tmp_path_factory):
    """The same images, and a file that is none."""
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("spoilt") / "images")
    (copy / "bee" / "text.png").write_bytes(b"a letter")
    return copy


@pytest.fixture(scope="module")
def spoilt_run(spoilt, tmp_path_factory, options):
    """The folder of a run of three epochs on the images of `spoilt`, and what it gave."""
    path = tmp_path_factory.mktemp("runs") / "spoilt"
    return path, train_convnet(spoilt, path, epochs=3, evolution_epochs=(1, 3), **options)


@pytest.mark.parametrize("epoch", [0, 1, 3])
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(folder, run, options, whole, epoch):
    assert_same(train_convnet(folder, run.with_name(f"cut{epoch}"), epochs=4, **options), whole)


def test_more_epochs_prolong_a_finished_run(folder, tmp_path, options, whole):
    train_convnet(folder, tmp_path / "run", epochs=2, **options)
    assert_same(train_convnet(folder, tmp_path / "run", epochs=4, **options), whole)


def test_a_finished_run_is_given_back_as_it_is(folder, run, options, whole):
    before = (run / "model.keras").read_bytes()
    assert_same(train_convnet(folder, run, epochs=4, **options), whole)
    assert (run / "model.keras").read_bytes() == before


def test_learns_the_classes_and_leaves_them_in_the_run_folder(run, whole):
    assert whole.history[-1]["loss"] < 0.1 * whole.history[0]["loss"]
    assert whole.history[-1]["val_error"] == 0
    assert [row["epoch"] for row in whole.history] == [1, 2, 3, 4]
    assert (run / "classes.txt").read_text() == "ant\nbee\ncat\n"
    assert json.loads((run / "run.json").read_text())["history"] == list(whole.history)
    loaded = keras.saving.load_model(run / "model.keras")
    image = np.random.default_rng(0).random((1, 14, 14, 3), np.float32)
    np.testing.assert_array_equal(loaded(image), whole.model(image))


def test_another_seed_is_another_run(folder, tmp_path, run, options, whole):
    other = train_convnet(folder, tmp_path / "other", epochs=1, **{**options, "held_out": 0.2}, seed=1)
    assert other.history[0]["loss"] != whole.history[0]["loss"]
    with pytest.raises(InputError, match="is a run with seed 0, not 1; choose another folder"):
        train_convnet(folder, run, epochs=1, **options, seed=1)


def test_other_images_are_refused(folder, tmp_path, run, options, whole):
    images, again = shutil.copytree(folder, tmp_path / "images"), shutil.copytree(run, tmp_path / "run")
    shutil.copy(images / "ant" / "00.png", images / "ant" / "new.png")
    with pytest.raises(InputError, match="is a run on other images"):
        train_convnet(images, again, epochs=5, **options)
    (images / "ant" / "new.png").unlink()
    assert len(train_convnet(images, again, epochs=5, **options).history) == 5


def test_unreadable_images_are_skipped_and_remembered(spoilt, spoilt_run, tmp_path, options):
    first = train_convnet(spoilt, tmp_path / "run", epochs=1, **options)
    assert list(first.skipped) == ["bee/text.png"]
    moved = shutil.copytree(spoilt, tmp_path / "moved")
    second = train_convnet(moved, tmp_path / "run", epochs=3, **options)
    assert second.skipped == first.skipped
    assert_same(second, spoilt_run[1])


def test_evolution_is_recorded_after_the_epochs_asked_for(spoilt_run):
    path, trained = spoilt_run
    evolution = read_evolution(path)
    assert tuple(evolution.epochs) == (1, 3)
    assert tuple(evolution.layers) == Graph(trained.model).maps


def test_a_batch_is_no_larger_than_the_folder(folder, tmp_path, options):
    model = train_convnet(folder, tmp_path / "run", epochs=3, **{**options, "batch": 1000}).model
    assert int(model.optimizer.iterations.numpy()) == 3


def test_a_run_that_diverges_says_so_and_saves_nothing_of_it(folder, tmp_path, options):
    with pytest.raises(NstError, match="training diverged: the loss is nan; choose a smaller learning rate"):
        train_convnet(folder, tmp_path / "run", epochs=4, **{**options, "learning_rate": 1e20})
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": "zfnett"}, "unknown architecture 'zfnett'; did you mean 'zfnet'"),
        ({"epochs": 0}, "epochs is 0; it must be a number not below 1"),
        ({"learning_rate": -1.0}, "learning_rate is -1.0; it must be above 0"),
        ({"seed": -1}, "seed is -1; it must be a number not below 0"),
    ],
)
def test_refuses_what_cannot_be(folder, tmp_path, options, change, message):
    with pytest.raises(InputError, match=message):
        train_convnet(folder, tmp_path / "run", **{**options, **change})
    assert not (tmp_path / "run").exists()


def test_refuses_unknown_strategies_and_machines_without_a_configuration(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(InputError, match="unknown way to distribute 'mirorred'; did you mean 'mirrored'"):
        open_strategy("mirorred")
    with pytest.raises(InputError, match="TF_CONFIG, such as"):
        open_strategy("multiworker")


def start(*arguments, config=None):
    path = os.pathsep.join([str(Path(nst_tf.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if config:
        environment["TF_CONFIG"] = json.dumps(config)
    command = [sys.executable, tiny.__file__, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process):
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0, out


def free_addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


def load(path):
    with np.load(path) as arrays:
        return [arrays[name] for name in arrays.files]


def test_workers_and_mirrored_devices_train_what_one_device_trains(folder, tmp_path, monkeypatch):
    cluster = {"worker": free_addresses(2)}
    started = [
        start(folder, tmp_path / "run", tmp_path / f"{index}.npz", 1,
              config={"cluster": cluster, "task": {"type": "worker", "index": index}})
        for index in (0, 1)
    ]  # fmt: skip
    started.append(start(folder, tmp_path / "on2", tmp_path / "on2.npz", 2))
    monkeypatch.setitem(ARCHITECTURES, "undropped", tiny.undropped)
    alone = train_convnet(folder, tmp_path / "on1", **tiny.UNDROPPED).model.trainable_weights
    for process in started:
        finish(process)
    first, second, mirrored = (load(tmp_path / f"{name}.npz") for name in ("0", "1", "on2"))
    for index, weights in enumerate(alone):
        np.testing.assert_array_equal(first[index], second[index])
        np.testing.assert_allclose(first[index], weights, atol=1e-6)
        np.testing.assert_allclose(mirrored[index], weights, atol=1e-6)
    records = [json.loads((tmp_path / run / "run.json").read_text())["history"] for run in ("run", "on1", "on2")]
    for record in records:
        assert [row["val_loss"] for row in record] == pytest.approx([row["val_loss"] for row in records[1]], rel=1e-4)
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == [
        "classes.txt",
        "evolution",
        "model.keras",
        "run.json",
    ]
