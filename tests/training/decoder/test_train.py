"""Training a decoder, on photographs at a very small size."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.one_pass.decoder_file import load_decoder, load_stylizer
from nst_tf.training.decoder.callbacks import psnr
from nst_tf.training.decoder.train import train_decoder

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

PHOTOS = Path(__file__).parents[2] / "data" / "photos"

TINY = {"level": "relu2_1", "steps": 4, "every": 2, "side": 16, "batch": 4}


class _CopyWithinRound(keras.callbacks.Callback):
    """Copies a run folder in its second round: what is left of a run that is cut off there."""

    def __init__(self, run, copy):
        super().__init__()
        self.run, self.copy = run, copy

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations.numpy()) == 3:
            shutil.copytree(self.run, self.copy)


@pytest.fixture(scope="module", autouse=True)
def small_scale():
    """Few layers are measured, and the other images are small, in one style: that took longer than the training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nst_tf.training.decoder.callbacks.SIDE", 32)
        patch.setattr("nst_tf.training.decoder.callbacks.STYLES", 1)
        patch.setattr("nst_tf.training.decoder.last_block.SIDE", 32)
        for module in ("train", "losses"):
            patch.setattr(f"nst_tf.training.decoder.{module}.MEASURED", ("relu1_1", "relu2_1"))
        yield


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """Where `whole` leaves what it had in its second round."""
    return tmp_path_factory.mktemp("cut_off") / "run"


@pytest.fixture(scope="module")
def whole(tmp_path_factory, cut_off):
    """The folder of a finished run of two rounds, and what it gave."""
    run = tmp_path_factory.mktemp("whole") / "run"
    return run, train_decoder(PHOTOS, run, styles=PHOTOS, callbacks=[_CopyWithinRound(run, cut_off)], **TINY)


def test_a_run_that_was_cut_off_ends_with_the_same_weights(whole, cut_off):
    _, trained = whole
    assert len(json.loads((cut_off / "run.json").read_text())["history"]) == 1
    resumed = train_decoder(PHOTOS, cut_off, styles=PHOTOS, **TINY)
    for ours, theirs in zip(resumed.decoder.get_weights(), trained.decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    names = {"epoch", "loss", "reconstruction", "style", "structure", "patches", "learning_rate",
             "psnr_relu2_1", "psnr_relu1_1"}  # fmt: skip
    assert all(names <= set(record) for record in resumed.history)
    assert [record["loss"] for record in resumed.history] == [record["loss"] for record in trained.history]


def test_a_run_leaves_what_can_be_used(whole):
    run, trained = whole
    for ours, theirs in zip(load_decoder(run).get_weights(), trained.decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs.astype(np.float16))
    assert load_stylizer(str(run)).decoder.name == "decoder_relu2_1"
    assert [file.name for file in sorted((run / "examples").iterdir())] == ["00001.jpg", "00002.jpg"]
    assert read_image(run / "examples" / "00001.jpg").pixels.std() > 0.1
    with np.load(run / "decoder.npz") as arrays:
        about = json.loads(str(arrays["about"]))
    assert about["steps"] == 4
    assert about["psnr_relu2_1"] == pytest.approx(trained.history[-1]["psnr_relu2_1"], abs=0.01)


def test_it_learns_to_invert(tmp_path):
    options = {"level": "relu2_1", "steps": 60, "every": 20, "side": 16, "batch": 4, "learning_rate": 1e-3}
    history = train_decoder(PHOTOS, tmp_path / "run", **options).history
    assert history[-1]["loss"] < 0.7 * history[0]["loss"]
    assert history[-1]["psnr_relu2_1"] > history[0]["psnr_relu2_1"]


def test_it_starts_from_another_run(whole, tmp_path):
    run, _ = whole
    options = {**TINY, "learning_rate": 1e-12, "start": run}
    decoder = train_decoder(PHOTOS, tmp_path / "run", **options).decoder
    blocks = (one.get_layer("relu2_1").get_weights() for one in (decoder, load_decoder(run)))
    for ours, theirs in zip(*blocks, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_checkpoint_of_another_configuration_is_refused(whole):
    with pytest.raises(InputError, match="is a run with side 16, not 48; choose another folder"):
        train_decoder(PHOTOS, whole[0], styles=PHOTOS, **{**TINY, "side": 48})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"side": 20}, "side is 20; it must be a multiple of 8"),
        ({"steps": 5}, "steps is 5; it must be a multiple of every, 2"),
        ({"batch": 3}, "batch is 3; it must be a multiple of 4"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be above 0"),
        ({"precision": "float8"}, "unknown precision 'float8'"),
        ({"level": "relu5_1"}, "unknown level 'relu5_1'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        train_decoder(PHOTOS, tmp_path / "run", **{**TINY, **change})
    assert not (tmp_path / "run").exists()


def test_the_signal_to_noise_ratio_is_that_of_its_definition():
    image = np.full((2, 4, 4, 3), 0.5, np.float32)
    errors = np.array([0.1, 0.01], np.float32)[:, None, None, None]
    np.testing.assert_allclose(psnr(image + errors, image), [20, 40], rtol=1e-4)
    np.testing.assert_allclose(psnr(image + 2, image), [-20 * np.log10(0.5)] * 2, rtol=1e-4)  # clipped to 1
