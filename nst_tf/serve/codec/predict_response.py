"""The answer to `Predict`, written straight to the wire.

A message that holds the values would copy them four times until it is written; feature maps are megabytes, and that
took longer than a small network does.
"""

import itertools

from tensorflow_serving.apis.predict_pb2 import PredictResponse

from nst_tf.serve.codec.tensors import tensor_pieces
from nst_tf.serve.codec.wire import delimited
from nst_tf.serve.server.core import Prediction

__all__ = ["encode_prediction"]

OUTPUTS = PredictResponse.DESCRIPTOR.fields_by_name["outputs"]
KEY, VALUE = OUTPUTS.message_type.fields


def encode_prediction(prediction: Prediction) -> bytes:
    """A `PredictResponse` as it is sent."""
    entries = [
        delimited(OUTPUTS, [*delimited(KEY, [name.encode()]), *delimited(VALUE, tensor_pieces(array))])
        for name, array in prediction.outputs.items()
    ]
    return b"".join([PredictResponse(model_spec=prediction.spec).SerializeToString(), *itertools.chain(*entries)])
