"""Versions come and go in a folder; nobody asks through a network."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from nst_tf.errors import InputError
from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.config import config_of_folder, read_config
from nst_tf.serve.server.models import Models

from ..running import wait_for

STATE = ModelVersionStatus.State


@pytest.fixture
def models(tmp_path):
    """The models of the folder; they are looked at by `update` alone."""
    (tmp_path / "models").mkdir()
    made = Models(lambda: config_of_folder(tmp_path / "models"), capacity=4, workers=1, poll=60)
    yield made
    made.stop(1)


def states(model):
    return {number: STATE.Name(version.state) for number, version in model.versions.items()}


def offset(model, number=None):
    """What the version that answers adds."""
    version = model.acquire(number, None)
    try:
        return version.model.run("", {"x": np.zeros(1, np.float32)})["y"].item()
    finally:
        version.release()


def test_a_new_version_takes_over_and_the_old_one_is_unloaded(models, put):
    put(1)
    models.update()
    assert offset(models["toy"]) == 1
    put(2)
    models.update()
    assert offset(models["toy"]) == 2
    assert wait_for(lambda: states(models["toy"]) == {1: "END", 2: "AVAILABLE"})


def test_the_old_version_serves_until_its_requests_are_done(models, put):
    put(1)
    models.update()
    old = models["toy"].acquire(None, None)
    put(2)
    models.update()
    assert states(models["toy"]) == {1: "UNLOADING", 2: "AVAILABLE"}
    assert not old.acquire()
    assert old.model.run("", {"x": np.zeros(1, np.float32)})["y"].item() == 1
    old.release()
    assert wait_for(lambda: states(models["toy"])[1] == "END")
    assert not old.loaded
    with pytest.raises(Refusal, match="version 1 of model toy is not loaded"):
        old.model.run("", {"x": np.zeros(1, np.float32)})


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_in_place_and_says_why(models, put):
    put(1)
    models.update()
    broken = put(2)
    (broken / "saved_model.pb").write_bytes(b"nonsense")
    models.update()
    assert offset(models["toy"]) == 1
    assert states(models["toy"]) == {1: "AVAILABLE", 2: "END"}
    status = models["toy"].versions[2].status().status
    assert status.error_code
    assert "saved_model.pb" in status.error_message


def test_a_folder_that_was_half_copied_is_tried_again_when_it_has_changed(models, put, toy_versions):
    put(1)
    half = put(2)
    (half / "saved_model.pb").rename(half / "later")
    models.update()
    failed = models["toy"].versions[2]
    assert failed.failure.code.name == "NOT_FOUND"
    assert not failed.worth_loading
    (half / "later").rename(half / "saved_model.pb")
    models.update()
    assert offset(models["toy"]) == 2


def test_an_older_version_takes_over_when_the_newest_is_removed(models, put):
    put(1)
    newest = put(2)
    models.update()
    shutil.rmtree(newest)
    models.update()
    assert offset(models["toy"]) == 1
    assert wait_for(lambda: models["toy"].available == [1])


def test_what_is_loaded_stays_when_its_folder_is_emptied(models, put):
    folder = put(1)
    models.update()
    shutil.rmtree(folder)
    models.update()
    assert offset(models["toy"]) == 1


def test_models_appear_and_disappear_with_their_folders(models, put, tmp_path):
    put(1)
    models.update()
    put(2, name="other")
    models.update()
    assert offset(models["other"]) == 2
    shutil.rmtree(tmp_path / "models" / "toy")
    models.update()
    with pytest.raises(Refusal, match="there is: other"):
        models["toy"]


def test_a_folder_without_versions_is_a_model_that_is_not_available(models, tmp_path):
    (tmp_path / "models" / "empty").mkdir()
    models.update()
    with pytest.raises(Refusal, match="no version is available") as caught:
        models["empty"].acquire(None, None)
    assert caught.value.code.name == "NOT_FOUND"


def config(folder, text=""):
    base = f'name: "toy" base_path: "{folder}" model_platform: "tensorflow"'
    return text_format.Parse(f"model_config_list {{ config {{ {base} {text} }} }}", ModelServerConfig())


def test_policies_and_labels(models, put, tmp_path):
    for number in (1, 2, 3):
        put(number)
    folder = tmp_path / "models" / "toy"
    models.reload(config(folder, "model_version_policy { specific { versions: 1 versions: 2 } }"))
    assert models["toy"].available == [1, 2]
    labels = 'version_labels { key: "stable" value: 1 } version_labels { key: "canary" value: 2 }'
    models.reload(config(folder, "model_version_policy { all {} } " + labels))
    assert models["toy"].available == [1, 2, 3]
    assert models["toy"].acquire(None, "stable").number == 1
    models["toy"].versions[1].release()
    with pytest.raises(Refusal, match="Unrecognized servable version label: stabel; there is: canary, stable"):
        models["toy"].acquire(None, "stabel")


def test_a_label_of_a_version_that_is_not_available_changes_nothing(models, put, tmp_path):
    put(1)
    models.update()
    with pytest.raises(Refusal, match="label to version 2 of model toy, which is not currently available") as caught:
        models.reload(config(tmp_path / "models" / "toy", 'version_labels { key: "stable" value: 2 }'))
    assert caught.value.code.name == "FAILED_PRECONDITION"
    assert offset(models["toy"]) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "only a model_config_list"),
        ('model_config_list { config { base_path: "/a" model_platform: "tensorflow" } }', "no name"),
        ('model_config_list { config { name: "a" base_path: "a" model_platform: "tensorflow" } }', "absolute path"),
        (
            'model_config_list { config { name: "a" base_path: "/a" model_platform: "torch" } }',
            "unsupported platform torch",
        ),
        (
            "model_config_list { " + 2 * 'config { name: "a" base_path: "/a" model_platform: "tensorflow" }' + "}",
            "multiple",
        ),
        ("model_config_list { confg {} }", "confg"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(tmp_path, text, reason):
    (tmp_path / "models.config").write_text(text)
    with pytest.raises(InputError, match=reason):
        read_config(tmp_path / "models.config")


def test_the_folder_of_one_model_is_not_taken_for_that_of_several(put, tmp_path):
    put(1)
    with pytest.raises(InputError, match=f"the folder of one model; name the one that it is in: {tmp_path / 'models'}"):
        config_of_folder(tmp_path / "models" / "toy")
    with pytest.raises(InputError, match="there is no folder"):
        config_of_folder(tmp_path / "missing")


def _warm(folder, *requests):
    (folder / "assets.extra").mkdir()
    with tf.io.TFRecordWriter(str(folder / "assets.extra" / "tf_serving_warmup_requests")) as writer:
        for request in requests:
            log = PredictionLog()
            log.predict_log.request.CopyFrom(request)
            writer.write(log.SerializeToString())


def _request(signature, **inputs):
    request = PredictRequest()
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


def test_a_version_is_warmed_up_before_it_is_available(models, put):
    _warm(put(1), _request("", x=np.ones(2, np.float32)), _request("text", image_bytes=[b"good"]))
    models.update()
    assert models["toy"].available == [1]


def test_a_warm_up_that_fails_fails_the_version(models, put):
    put(1)
    models.update()
    _warm(put(2), _request("", x=np.ones(2, np.float32)), _request("text", image_bytes=[b"bad"]))
    models.update()
    assert models["toy"].available == [1]
    assert "warm-up request 2 failed: " in models["toy"].trouble
    assert "this image is bad" in models["toy"].trouble
