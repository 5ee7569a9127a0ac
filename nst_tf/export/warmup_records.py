"""Warm-up records: requests that TensorFlow Serving runs before a version takes any."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.export.servable import Servable

__all__ = ["check_warmup", "write_warmup"]

PLACE = Path("assets.extra", "tf_serving_warmup_requests")


def check_warmup() -> None:
    """Refuses to go on without the messages of TensorFlow Serving.

    Raises:
        InputError: They are not installed.
    """
    try:
        import tensorflow_serving.apis  # noqa: F401
    except ImportError as error:
        raise InputError(
            "an export needs the package tensorflow-serving-api; `pip install 'nst_tf[serving]'` installs it"
        ) from error


def _record(name: str, signature: str, example: Mapping[str, Any], specs: Mapping[str, tf.TensorSpec]) -> bytes:
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name, request.model_spec.signature_name = name, signature
    for key, value in example.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value, specs[key].dtype))
    return log.SerializeToString()


def write_warmup(servable: Servable, folder: Path) -> None:
    """Writes a record for each signature that has an example.

    Args:
        servable: What was exported.
        folder: Of the version.
    """
    records = []
    for name, signature in servable.signatures.items():
        if signature.example is not None:
            specs = {one.name: one.spec for one in signature.inputs}
            records.append(_record(servable.name, name, signature.example, specs))
    (folder / PLACE).parent.mkdir()
    with tf.io.TFRecordWriter(str(folder / PLACE)) as writer:
        for record in records:
            writer.write(record)
