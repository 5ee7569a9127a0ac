"""Whole runs of a few updates on a few small images."""

import json
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image

import nst_tf
from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.one_pass import style_network
from nst_tf.one_pass.style_network import load_style_network
from nst_tf.samples import sample
from nst_tf.training.style import callbacks, train
from nst_tf.training.style.train import train_style

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
OPTIONS = {"steps": 6, "every": 2, "side": 32, "batch": 2, "style_size": 48}
STYLES = [sample("great_wave"), sample("auvers")]
SMALL = """
from nst_tf.one_pass import style_network
from nst_tf.recipes.stylize.settings import Presets, StylizeSettings
from nst_tf.training.style import callbacks, train
style_network.BLOCKS, callbacks.SIDE, train.LAYERS = 1, 64, ("relu1_1", "relu2_1")
train.PRESETS = Presets({"default": StylizeSettings(
    style_layers={"relu1_1": 1.0, "relu2_1": 1.0}, content_layers={"relu2_1": 1.0})})
"""


@pytest.fixture(scope="module", autouse=True)
def small_networks():
    """What is trained and what measures it have few layers, and examples are small; also in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for module, *names in (style_network, "BLOCKS"), (callbacks, "SIDE"), (train, "LAYERS", "PRESETS"):
            for name in names:
                patch.setattr(module, name, getattr(module, name))
        exec(SMALL)
        yield


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Ten small photographs of nothing, and a file that is none."""
    folder, random = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    for number in range(10):
        coarse = random.integers(0, 255, (5, 6, 3), np.uint8)
        Image.fromarray(coarse).resize((60, 50)).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


class CopyWithinRound(keras.callbacks.Callback):
    """Copies a run folder in the middle of a round: what is left of a run that is cut off there."""

    def __init__(self, run, copy):
        super().__init__()
        self.run, self.copy = run, copy

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations.numpy()) == 3:
            shutil.copytree(self.run, self.copy)


def state(run):
    model = keras.saving.load_model(run / "model.keras")
    return [np.array(variable) for variable in model.weights + model.optimizer.variables]


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """Where `run` leaves what it had in its second round."""
    return tmp_path_factory.mktemp("runs") / "cut_off"


@pytest.fixture(scope="module")
def run(images, tmp_path_factory, cut_off):
    """A finished run of three rounds."""
    run = tmp_path_factory.mktemp("runs") / "run"
    return run, train_style(STYLES, images, run, **OPTIONS, callbacks=[CopyWithinRound(run, cut_off)])


def test_leaves_a_network_that_paints_in_both_styles(run, images):
    folder, trained = run
    network = load_style_network(folder)
    assert network.styles == trained.network.styles == ("great_wave", "auvers")
    photo = read_image(images / "0.png").pixels
    first, second = (network.stylize(photo, shares) for shares in ((1, 0), (0, 1)))
    assert np.abs(first - second).max() > 0
    np.testing.assert_allclose(trained.network.stylize(photo, (1, 0)), first, atol=0.02)
    with Image.open(folder / "examples" / "00003.jpg") as sheet:
        assert sheet.size == (3 * callbacks.SIDE + 4, callbacks.SIDE)


def test_records_every_round_and_what_was_skipped(run):
    folder, trained = run
    record = json.loads((folder / "run.json").read_text())
    assert [row["epoch"] for row in record["history"]] == [1, 2, 3]
    assert set(record["history"][0]) >= {"loss", "style", "content", "patches", "variation", "learning_rate", "seconds"}
    assert list(record["skipped"]) == list(trained.skipped) == ["broken.png"]
    assert tuple(record["settings"]["styles"]) == trained.network.styles


def test_a_run_that_was_cut_off_ends_with_the_same_weights(run, cut_off, images):
    assert len(json.loads((cut_off / "run.json").read_text())["history"]) == 1
    train_style(STYLES, images, cut_off, **OPTIONS)
    for resumed, whole in zip(state(cut_off), state(run[0]), strict=True):
        np.testing.assert_array_equal(resumed, whole)


def test_a_network_to_start_from_gives_its_weights_and_the_styles_of_these_names(run, images, tmp_path):
    options = {**OPTIONS, "steps": 2, "learning_rate": 1e-12, "start": run[0]}
    photo = tmp_path / "photo.png"
    shutil.copy(images / "0.png", photo)
    trained = train_style([STYLES[1], photo], images, tmp_path / "run", **options)
    pixels = read_image(photo).pixels
    started = load_style_network(run[0]).stylize(pixels, (0, 1))
    np.testing.assert_allclose(trained.network.stylize(pixels, (1, 0)), started, atol=1e-4)
    assert np.abs(trained.network.stylize(pixels, (0, 1)) - started).max() > 1e-3
    with pytest.raises(InputError, match=r"is a run with start [0-9a-f]{16}, not None"):
        train_style([STYLES[1], photo], images, tmp_path / "run", **{**options, "start": None})


def test_a_style_is_added_to_a_network_that_stays_as_it_is(run, images, tmp_path):
    folder, whole = tmp_path / "run", tmp_path / "whole"
    photo = tmp_path / "photo.png"
    shutil.copy(images / "0.png", photo)
    options = {**OPTIONS, "steps": 4, "learning_rate": 1e-2, "add_to": run[0]}
    added = train_style([photo], images, whole, **options, callbacks=[CopyWithinRound(whole, folder)])
    assert added.network.styles == ("great_wave", "auvers", "photo")
    before, after = load_style_network(run[0]).model.weights, load_style_network(whole).model.weights
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new[:2] if len(new.shape) == 2 else new)  # a row for each style, or all
    known = np.stack([np.array(old).mean(0) for old in before if len(old.shape) == 2 and old.shape[1] == 32])
    learned = np.stack([np.array(new)[2] for new in after if len(new.shape) == 2 and new.shape[1] == 32])
    assert 1e-3 < np.abs(learned - known).max() < 0.1  # four updates of at most .01, from the mean of the others
    train_style([photo], images, folder, **options)
    for resumed, uninterrupted in zip(state(folder), state(whole), strict=True):
        np.testing.assert_array_equal(resumed, uninterrupted)


def test_a_style_that_the_network_has_is_trained_further(run, images, tmp_path):
    options = {**OPTIONS, "steps": 2, "add_to": run[0]}
    again = train_style(STYLES[1:], images, tmp_path / "run", **options).network
    assert again.styles == ("great_wave", "auvers")
    photo, before = read_image(images / "0.png").pixels, load_style_network(run[0])
    change = [np.abs(again.stylize(photo, one) - before.stylize(photo, one)).max() for one in ((1, 0), (0, 1))]
    assert change[0] == 0 < change[1]


def test_a_finished_run_is_left_as_it_is(run, images):
    folder, trained = run
    again = train_style(STYLES, images, folder, **OPTIONS)
    assert again.history == trained.history


@pytest.mark.parametrize(
    ("styles", "changes", "message"),
    [
        (STYLES, {"seed": 3}, "is a run with seed 0, not 3; choose another folder"),
        (STYLES[:1], {}, "is a run with styles {'great_wave': '"),
        (STYLES, {"steps": 5}, "steps is 5; it must be a multiple of every, 2"),
        (STYLES, {"side": 31}, "side is 31; it must be a number not below 32"),
        (STYLES, {"learning_rate": 0}, "learning_rate is 0; it must be above 0"),
        (STYLES, {"content_weight": -1.0}, "content_weight"),
        (STYLES, {"start": "nowhere"}, "there is no network nowhere"),
        (STYLES, {"start": "one", "add_to": "two"}, "start is one and add_to is two; only one network"),
        (STYLES, {"precision": "float8"}, "unknown precision 'float8'"),
        (STYLES[:1] * 2, {}, "two styles have the same name: great_wave, great_wave"),
        ([], {}, "no style was given"),
    ],
)
def test_what_cannot_be_is_refused(run, images, styles, changes, message):
    with pytest.raises(InputError) as caught:
        train_style(styles, images, run[0], **{**OPTIONS, **changes})
    assert message in str(caught.value)


def test_a_folder_with_too_few_images_is_refused_and_leaves_nothing(tmp_path):
    Image.new("RGB", (40, 40)).save(tmp_path / "only.png")
    with pytest.raises(InputError, match="has 1 readable images; it must have 2 or more"):
        train_style(STYLES, tmp_path, tmp_path / "run", **OPTIONS)
    assert not (tmp_path / "run").exists()


def test_the_loss_falls_in_mixed_precision(images, tmp_path):
    # Many processors only imitate bfloat16, slowly.
    options = {**OPTIONS, "steps": 10, "style_size": 32, "precision": "mixed_bfloat16", "learning_rate": 3e-3}
    trained = train_style(STYLES[:1], images, tmp_path / "run", **options)
    losses = [row["loss"] for row in trained.history]
    assert losses[4] < 0.8 * losses[0]


def test_devices_share_an_update(run, images, tmp_path):
    """Two replicas, in a process of their own, since devices cannot be added to one that runs."""
    code = f"""
import sys, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
{SMALL}
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
options = dict(steps=2, every=2, side=32, batch=2, style_size=48)
print(train.train_style([sys.argv[1]], sys.argv[2], sys.argv[3], strategy=strategy, **options).history[-1]["style"])
"""
    root = os.path.dirname(os.path.dirname(nst_tf.__file__))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", code, str(STYLES[0]), str(images), str(tmp_path / "run")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert 0 < float(done.stdout.split()[-1]) < 10
