"""Requests that a version answers before anybody else asks: the first ones are slow."""

from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.codec.request_signature import checked_inputs
from nst_tf.serve.codec.tensors import array_of
from nst_tf.serve.server.loaded_model import Servable

__all__ = ["warm_up"]

FILE = Path("assets.extra", "tf_serving_warmup_requests")


def warm_up(servable: Servable, folder: Path) -> None:
    """Runs the records of a version's folder, if it has any.

    Raises:
        Refusal: A record cannot be read, or fails; as in TensorFlow Serving, the version is then not fit to be served.
    """
    if not (folder / FILE).is_file():
        return
    for number, record in enumerate(tf.data.TFRecordDataset(str(folder / FILE)).as_numpy_iterator(), 1):
        log = PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            _run(servable, log.predict_log.request, number)


def _run(servable: Servable, request: PredictRequest, number: int) -> None:
    name = request.model_spec.signature_name
    try:
        signature = servable.signature(name)
        arrays = {name: array_of(name, proto) for name, proto in request.inputs.items()}
        servable.run(name, checked_inputs(signature, arrays), request.output_filter)
    except Refusal as refusal:
        raise Refusal(refusal.code, f"warm-up request {number} failed: {refusal}") from refusal
