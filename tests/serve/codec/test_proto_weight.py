import contextlib

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from nst_tf.serve.codec import proto_weight as module
from nst_tf.serve.codec.proto_weight import check_weight
from nst_tf.serve.codec.refusal import Refusal

KIND = PredictRequest.DESCRIPTOR


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(module, "MOST_FIELDS", 20)
    monkeypatch.setattr(module, "MOST_INTEGERS", 300)
    monkeypatch.setattr(module, "SLICE", 64)


def message(**fields):
    request = PredictRequest()
    request.model_spec.name = "toy"
    request.inputs["x"].CopyFrom(TensorProto(**fields))
    return request.SerializeToString()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bool_val": [True] * 301}, "more than 300 integers; send numbers as tensor_content"),
        ({"int_val": [2**20] * 301}, "more than 300 integers"),
        ({"int64_val": [-1] * 200, "int_val": [1] * 101}, "more than 300 integers"),
        ({"string_val": [b""] * 20}, "more than 20 fields"),
        ({"variant_val": [{"tensors": [{}] * 10}] * 3}, "more than 20 fields"),
    ],
)
def test_what_would_take_too_long_is_refused(fields, reason):
    with pytest.raises(Refusal, match=reason) as caught:
        check_weight(message(**fields), KIND)
    assert caught.value.code.name == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "fields",
    [
        {"int_val": [2**20] * 300},
        {"float_val": [0.5] * 3000, "double_val": [0.5] * 3000},
        {"string_val": [b"x" * 5000] * 10},
        {"tensor_content": bytes(5000)},
    ],
)
def test_numbers_of_one_size_and_long_strings_weigh_nothing(fields):
    check_weight(message(**fields), KIND)


def test_what_is_no_message_is_left_to_the_parser():
    good = message(float_val=[0.5] * 30)
    chance = np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(good)
        content[chance.integers(len(content))] = chance.integers(256)
        with contextlib.suppress(Refusal):  # what it was mutated to may be heavy
            check_weight(bytes(content[: chance.integers(len(content))]), KIND)


def test_a_request_as_clients_make_it_is_counted_right(monkeypatch):
    request = PredictRequest.FromString(message())
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.zeros((4, 5), np.float32)))
    # model_spec, its name, the entry, its key, the tensor, its type, shape, two sizes with a number each, content
    monkeypatch.setattr(module, "MOST_FIELDS", 12)
    check_weight(request.SerializeToString(), KIND)
    monkeypatch.setattr(module, "MOST_FIELDS", 11)
    with pytest.raises(Refusal):
        check_weight(request.SerializeToString(), KIND)
