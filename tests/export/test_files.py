"""What lies beside a SavedModel: warm-up records, the card, and how to batch."""

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from nst_tf.export import export as batching


def records(folder):
    file = folder / "assets.extra" / "tf_serving_warmup_requests"
    for record in tf.data.TFRecordDataset(str(file)):
        yield prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request


def test_a_version_warms_up_each_of_its_signatures_with_inputs_that_it_takes(exported):
    model = exported("features")
    requests = {request.model_spec.signature_name: request for request in records(model.folder)}
    assert set(requests) == {"serving_default", "pixels"}
    for name, request in requests.items():
        assert request.model_spec.name == "features"
        given = {key: tf.constant(tf.make_ndarray(value)) for key, value in request.inputs.items()}
        assert "relu5" in model.loaded.signatures[name](**given)


def test_the_card_tells_signatures_weights_and_fingerprint(exported):
    folder = exported("deconv").folder
    card = (folder / "MODEL_CARD.md").read_text()
    assert tf.saved_model.experimental.read_fingerprint(str(folder)).singleprint() in card
    assert "| `filter` | int32 [?] | `-1` |" in card
    assert '| `layer` | string [?] | `"relu3"` | one of relu1, relu3 |' in card
    assert "| `projection_bytes` | string [?] |" in card
    assert "licence: BSD-3-Clause" in card
    assert "/v1/models/deconv:predict" in card


def test_only_models_of_one_size_say_how_to_put_requests_together(exported):
    assert not (exported("features").folder / "batching_params.pbtxt").exists()
    text = (exported("run").folder / "batching_params.pbtxt").read_text()
    assert f"max_batch_size {{ value: {batching.SIZES[-1]} }}" in text
    assert text.count("allowed_batch_sizes") == len(batching.SIZES)
