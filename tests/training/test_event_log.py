"""The logs for TensorBoard."""

import sys

import tensorflow as tf

from nst_tf.training.event_log import EventLog


def _run(folder):
    log = EventLog(folder)
    log.on_train_begin()
    for epoch, loss in enumerate((2.0, 1.5)):
        log.on_epoch_end(epoch, {"loss": loss})


def test_every_round_is_logged(tmp_path):
    _run(tmp_path)
    (file,) = (tmp_path / "logs").iterdir()
    found = {}
    for event in tf.compat.v1.train.summary_iterator(str(file)):
        for value in event.summary.value:
            found[event.step, value.tag] = float(tf.make_ndarray(value.tensor))
    assert found == {(1, "loss"): 2.0, (2, "loss"): 1.5}


def test_without_tensorboard_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    _run(tmp_path)
    assert not list(tmp_path.iterdir())
