import json
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.training.run_folder import EventLog, RunFolder, save_model

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture
def run(tmp_path, model):
    folder = RunFolder(tmp_path / "run", {"side": 14})
    folder.history.append({"epoch": 1, "val_loss": 0.1})
    model.optimizer.iterations.assign(5)
    folder.save(model, ["a", "b c"])
    return tmp_path / "run"


def test_a_saved_epoch_comes_back(run, model):
    folder = RunFolder(run, {"side": 14})
    again = folder.load(steps=5)
    assert folder.history == [{"epoch": 1, "val_loss": 0.1}]
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    assert sorted(file.name for file in run.iterdir()) == ["classes.txt", "model.keras", "run.json"]
    assert (run / "classes.txt").read_text() == "a\nb c\n"


def test_a_record_without_its_model_does_not_count(run):
    record = json.loads((run / "run.json").read_text())
    record["history"].append({"epoch": 2, "val_loss": 0.05})
    (run / "run.json").write_text(json.dumps(record))
    folder = RunFolder(run, {"side": 14})
    folder.load(steps=5)
    assert [row["epoch"] for row in folder.history] == [1]
    (run / "model.keras").unlink()
    assert folder.load(steps=5) is None
    assert folder.history == []


def test_other_settings_are_refused_and_nothing_is_lost(run):
    before = {file: file.read_bytes() for file in run.iterdir()}
    with pytest.raises(InputError, match="is a run with side 14, not 28; choose another folder"):
        RunFolder(run, {"side": 28})
    assert {file: file.read_bytes() for file in run.iterdir()} == before


def test_what_is_no_run_is_refused(run, tmp_path):
    (run / "run.json").write_text("[]")
    with pytest.raises(InputError, match="is not the record of a training run"):
        RunFolder(run, {"side": 14})
    (run / "run.json").unlink()
    with pytest.raises(InputError, match="is in the way"):
        RunFolder(run, {"side": 14})
    with pytest.raises(InputError, match="is in the way"):
        RunFolder(run / "model.keras", {"side": 14})
    (tmp_path / "empty").mkdir()
    assert RunFolder(tmp_path / "empty", {"side": 14}).load(5) is None


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ("3", "not subscriptable"),
        ('{"settings": {}', "Expecting"),
        ('{"settings": {"side": 14}, "skipped": {}}', "there is no 'history'"),
        ('{"settings": [], "skipped": {}, "history": []}', r"its 'settings' is \[\]"),
        ('{"settings": {"side": 14}, "skipped": 7, "history": []}', "its 'skipped' is 7"),
        ('{"settings": {"side": 14}, "skipped": {}, "history": {"epoch": 1}}', "its 'history' is {'epoch': 1}"),
        ('{"settings": {"side": 14}, "skipped": {}, "history": [5]}', "round 1 of its 'history' is 5"),
        ('{"settings": {"side": 14}, "skipped": {}, "history": [{"epoch": 1, "loss": "x"}]}', "round 1 of its"),
        ('{"settings": {"side": 14}, "skipped": {}, "history": [{"epoch": 2}]}', "round 1 of its"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_record_of_wrong_types_is_told_with_the_file_and_what_is_wrong(run, content, detail):
    (run / "run.json").write_text(content)
    with pytest.raises(InputError, match=rf"run\.json is not the record.*{detail}.*; bring it back .*choose another"):
        RunFolder(run, {"side": 14})


def _cut(file):
    file.write_bytes(file.read_bytes()[:-100])


def _without_optimizer(file):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]).save(file)


@pytest.mark.parametrize(
    ("damage", "detail"), [(_cut, "it is truncated or damaged"), (_without_optimizer, "has no optimizer")]
)
def test_a_broken_model_is_told_with_the_file_what_is_wrong_and_what_to_do(run, damage, detail):
    damage(run / "model.keras")
    with pytest.raises(InputError, match=rf"model\.keras .*{detail}.*; bring it back .* remove it to start anew"):
        RunFolder(run, {"side": 14}).load(5)


def test_a_save_that_fails_leaves_the_older_model(run, model, monkeypatch):
    before = (run / "model.keras").read_bytes()

    def fail(path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(model, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        save_model(model, run / "model.keras")
    assert (run / "model.keras").read_bytes() == before
    assert len(list(run.iterdir())) == 3


def _log_two_rounds(folder):
    log = EventLog(folder)
    log.on_train_begin()
    for epoch, loss in enumerate((2.0, 1.5)):
        log.on_epoch_end(epoch, {"loss": loss})


def test_every_round_is_logged_for_tensorboard(tmp_path):
    _log_two_rounds(tmp_path)
    (file,) = (tmp_path / "logs").iterdir()
    found = {}
    for event in tf.compat.v1.train.summary_iterator(str(file)):
        for value in event.summary.value:
            found[event.step, value.tag] = float(tf.make_ndarray(value.tensor))
    assert found == {(1, "loss"): 2.0, (2, "loss"): 1.5}


def test_without_tensorboard_nothing_is_logged(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    _log_two_rounds(tmp_path)
    assert not list(tmp_path.iterdir())
