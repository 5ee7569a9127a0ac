import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from nst_tf.serve.codec.proto_tensors import array_of, encode_response, tensor_pieces
from nst_tf.serve.codec.refusal import Refusal

NUMBERS = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
ARRAYS = [np.arange(6).reshape(2, 3).astype(name) for name in NUMBERS]
OTHERS = [
    np.array([[True, False]]),
    np.array([b"a", b"\xff\x00"], object),
    np.array(b"scalar", object),
    np.array([], object),
    np.float32(3.5).reshape(()),
    np.zeros((0, 4), np.float32),
    np.arange(4).astype(ml_dtypes.bfloat16),
    np.array([1j]),
    np.arange(12, dtype=np.float32).reshape(3, 4).T,
    np.arange(300, dtype=">f4"),
    np.array([np.nan, -np.inf], np.float32),
]


def written(array):
    return TensorProto.FromString(b"".join(tensor_pieces(array)))


@pytest.mark.parametrize("array", ARRAYS + OTHERS, ids=lambda array: f"{array.dtype}{list(array.shape)}")
def test_tensorflow_reads_what_is_written_and_back(array):
    proto = written(array)
    for read in (tf.make_ndarray(proto), array_of("x", proto)):
        assert read.dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(read, array)


def test_values_are_in_the_typed_fields_as_tensorflow_serving_has_them():
    """Some clients read these fields without a library."""
    assert list(written(np.array([1.5, 2], "f4")).float_val) == [1.5, 2]
    assert list(written(np.array([3, -4], "i4")).int_val) == [3, -4]
    assert list(written(np.array([b"x"], object)).string_val) == [b"x"]


def test_one_value_stands_for_all():
    proto = tf.make_tensor_proto(np.float32(2))
    proto.tensor_shape.CopyFrom(tf.TensorShape([2, 2]).as_proto())
    np.testing.assert_array_equal(array_of("x", proto), np.full((2, 2), 2, np.float32))


def _proto(kind=tf.float32, shape=(2,), **fields):
    return TensorProto(dtype=kind.as_datatype_enum, tensor_shape=tf.TensorShape(shape).as_proto(), **fields)


@pytest.mark.parametrize(
    ("proto", "reason"),
    [
        (_proto(shape=[10**6, 10**6], float_val=[1.0]), "more than 64 MiB"),
        (_proto(tf.string, shape=[10**9], string_val=[b"x"]), "more than 64 MiB"),
        (_proto(shape=None, float_val=[1.0]), "not fully known"),
        (_proto(shape=[None], float_val=[1.0]), "not fully known"),
        (_proto(tensor_content=b"abc"), "no valid tensor"),
        (_proto(tensor_content=b"abcdefghabcd"), "no valid tensor"),
        (_proto(float_val=[1.0, 2.0, 3.0]), "no valid tensor"),
        (TensorProto(), "no valid tensor"),
        (TensorProto(dtype=1000), "no valid tensor"),
    ],
)
def test_a_tensor_that_is_none_is_refused_by_its_name(proto, reason):
    with pytest.raises(Refusal, match=reason) as caught:
        array_of("pixels", proto)
    assert caught.value.code.name == "INVALID_ARGUMENT"
    assert "'pixels'" in str(caught.value)


SPEC = ModelSpec(name="toy", signature_name="pixels")
OUTPUTS = {
    "maps": np.random.default_rng(0).random((1, 40, 30, 3), np.float32),
    "none": np.zeros((0, 2), np.float32),
    "count": np.array([3, -1], np.int32),
    "Text_bytes": np.array([b"\xff", b""], object),
}


def test_the_public_message_reads_what_is_written():
    response = PredictResponse.FromString(encode_response(SPEC, OUTPUTS))
    assert response.model_spec == SPEC
    assert response.outputs.keys() == OUTPUTS.keys()
    for name, array in OUTPUTS.items():
        np.testing.assert_array_equal(tf.make_ndarray(response.outputs[name]), array, strict=True)


def test_a_prediction_without_outputs_is_that_of_the_message():
    assert encode_response(SPEC, {}) == PredictResponse(model_spec=SPEC).SerializeToString()
