import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from nst_tf.serve.codec.predict_response import encode_prediction
from nst_tf.serve.server.core import Prediction

SPEC = ModelSpec(name="toy", signature_name="pixels")
OUTPUTS = {
    "maps": np.random.default_rng(0).random((1, 40, 30, 3), np.float32),
    "none": np.zeros((0, 2), np.float32),
    "count": np.array([3, -1], np.int32),
    "Text_bytes": np.array([b"\xff", b""], object),
}


def test_the_public_message_reads_what_is_written():
    response = PredictResponse.FromString(encode_prediction(Prediction(SPEC, OUTPUTS)))
    assert response.model_spec == SPEC
    assert response.outputs.keys() == OUTPUTS.keys()
    for name, array in OUTPUTS.items():
        np.testing.assert_array_equal(tf.make_ndarray(response.outputs[name]), array, strict=True)


def test_a_prediction_without_outputs_is_that_of_the_message():
    assert encode_prediction(Prediction(SPEC, {})) == PredictResponse(model_spec=SPEC).SerializeToString()
