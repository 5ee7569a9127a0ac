"""By the examples and rules of TensorFlow Serving's documentation of its REST interface."""

import base64
import json

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from nst_tf.serve.codec.json_tensors import columns_of, inputs_of, rows_of
from nst_tf.serve.codec.json_text import json_text
from nst_tf.serve.codec.refusal import Refusal


def infos(**kinds):
    return {name: TensorInfo(dtype=kind.as_datatype_enum) for name, kind in kinds.items()}


ONE = infos(x=tf.float32)
SEVERAL = infos(tag=tf.string, signal=tf.float32, sensor=tf.float32)


def test_a_row_for_each_instance():
    found = inputs_of({"instances": [[1, 2], [3, 4.5]]}, ONE)
    np.testing.assert_array_equal(found["x"], np.array([[1, 2], [3, 4.5]], np.float32), strict=True)


def test_rows_of_named_tensors():
    rows = [
        {"tag": "foo", "signal": [1, 2, 3, 4, 5], "sensor": [[1, 2], [3, 4]]},
        {"tag": "bar", "signal": [3, 4, 1, 2, 5], "sensor": [[4, 5], [6, 8]]},
    ]
    found = inputs_of({"instances": rows}, SEVERAL)
    assert found["tag"].tolist() == [b"foo", b"bar"]
    assert {name: array.shape for name, array in found.items()} == {"tag": (2,), "signal": (2, 5), "sensor": (2, 2, 2)}


def test_columns_of_named_tensors():
    found = inputs_of({"inputs": {"tag": ["foo"], "signal": [[1, 2]], "sensor": [[[1, 2]]]}}, SEVERAL)
    assert (found["tag"].tolist(), found["sensor"].shape) == ([b"foo"], (1, 1, 2))


def test_columns_of_one_tensor_need_no_name():
    for columns in ([[1, 2]], {"x": [[1, 2]]}):
        np.testing.assert_array_equal(
            inputs_of({"inputs": columns}, ONE)["x"], np.array([[1, 2]], np.float32), strict=True
        )


def test_bytes_are_base64_objects():
    text = infos(image=tf.string)
    for body in (
        {"instances": [{"b64": "/w=="}, {"b64": "YQ=="}]},
        {"instances": [{"image": {"b64": "/w=="}}, {"image": "a"}]},
        {"inputs": [{"b64": "/w=="}, "a"]},
    ):
        assert inputs_of(body, text)["image"].tolist() == [b"\xff", b"a"]
    assert inputs_of({"inputs": {"b64": "/w=="}}, text)["image"].tolist() == b"\xff"


@pytest.mark.parametrize(
    ("kind", "values"),
    [(tf.int32, [1, -2]), (tf.uint8, [0, 255]), (tf.int64, [2**60]), (tf.bool, [True, False]), (tf.float64, [1, 0.1])],
)
def test_types_are_those_of_the_signature(kind, values):
    found = inputs_of({"instances": values}, infos(x=kind))["x"]
    np.testing.assert_array_equal(found, np.array(values, kind.as_numpy_dtype), strict=True)


@pytest.mark.parametrize(
    ("body", "kinds", "reason"),
    [
        ({}, ONE, "expecting only one of 'inputs' or 'instances'.*neither"),
        ({"inputs": [1], "instances": [1]}, ONE, "expecting only one of 'inputs' or 'instances'.*both"),
        ({"instances": []}, ONE, "at least one"),
        ({"instances": 1}, ONE, "must be a list"),
        ({"instances": [[1], [1, 2]]}, ONE, "'x' is not of float32"),
        ({"instances": ["a"]}, ONE, "'x' is not of float32"),
        ({"instances": [None]}, ONE, "'x' is not of float32"),
        ({"instances": [True]}, ONE, "'x' is not of float32"),
        ({"instances": [{"b64": "YQ=="}]}, ONE, "'x' is not of float32"),
        ({"instances": [1e300]}, ONE, "too large"),
        ({"instances": [1.5]}, infos(x=tf.int32), "not of int32"),
        ({"instances": [2**31]}, infos(x=tf.int32), "not of int32"),
        ({"instances": [-1]}, infos(x=tf.uint8), "not of uint8"),
        ({"instances": [2**100]}, infos(x=tf.int64), "not of int64"),
        ({"instances": [1]}, infos(x=tf.bool), "not of bool"),
        ({"instances": [1]}, infos(x=tf.string), "neither a string nor"),
        ({"instances": [["a"], ["b", "c"]]}, infos(x=tf.string), "equal lengths"),
        ({"instances": [{"b64": "%%"}]}, infos(x=tf.string), "base64"),
        ({"instances": [{"b64": "YQ==YQ=="}]}, infos(x=tf.string), "base64"),
        ({"instances": [{"b64": "ü"}]}, infos(x=tf.string), "base64"),
        ({"instances": ["\ud800"]}, infos(x=tf.string), "not of string"),
        ({"instances": [1, "a" * 1000, [2]]}, ONE, "'x' is not of float32"),
        ({"instances": [{"b64": "YQ==", "more": 1}]}, infos(x=tf.string), "element: 0"),
        ({"instances": [{"x": 1}, {"y": 1}]}, ONE, "element: 1 .*keys must be equal to: x"),
        ({"instances": [{"x": 1}, 1]}, ONE, "element: 1"),
        ({"instances": [1]}, SEVERAL, "several inputs are needed.*sensor, signal, tag"),
        ({"inputs": [1]}, SEVERAL, "several inputs are needed"),
        ({"inputs": {"tag": ["a"], "signal": [1]}}, SEVERAL, "Missing named input: sensor"),
    ],
)
def test_what_does_not_fit_is_an_invalid_argument(body, kinds, reason):
    with pytest.raises(Refusal, match=reason) as caught:
        inputs_of(body, kinds)
    assert caught.value.code.name == "INVALID_ARGUMENT"


OUTPUTS = {
    "score": np.array([[0.5, 1], [2, 3]], np.float32),
    "text": np.array([b"a", "ü".encode()], object),
    "raw_bytes": np.array([b"\xff", b""], object),
}


def test_one_output_has_no_name_in_the_answer():
    one = {"score": OUTPUTS["score"]}
    assert rows_of(one) == columns_of(one) == [[0.5, 1], [2, 3]]


def test_several_outputs_in_rows_and_columns():
    assert rows_of(OUTPUTS) == [
        {"score": [0.5, 1], "text": "a", "raw_bytes": b"\xff"},
        {"score": [2, 3], "text": "ü", "raw_bytes": b""},
    ]
    assert columns_of(OUTPUTS) == {
        "score": [[0.5, 1], [2, 3]],
        "text": ["a", "ü"],
        "raw_bytes": [b"\xff", b""],
    }


def test_long_files_are_decoded_whole():
    data = np.random.default_rng(0).bytes(3 * 2**20 + 1)
    body = {"inputs": {"b64": base64.b64encode(data).decode()}}
    assert inputs_of(body, infos(image=tf.string))["image"].item() == data


@pytest.mark.parametrize("kind", [tf.float32, tf.string])
def test_lists_may_be_empty(kind):
    assert inputs_of({"inputs": {"x": [[], []]}}, infos(x=kind))["x"].shape == (2, 0)
    assert inputs_of({"inputs": {"x": []}}, infos(x=kind))["x"].shape == (0,)


def test_an_answer_is_a_request_again():
    kinds = infos(score=tf.float32, text=tf.string, raw_bytes=tf.string)
    found = inputs_of({"inputs": json.loads(json_text(columns_of(OUTPUTS)))}, kinds)
    for name, array in OUTPUTS.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("other", [np.float32(1).reshape(()), np.zeros(3, np.float32)])
def test_rows_need_a_common_batch_dimension(other):
    with pytest.raises(Refusal, match="batch dimension"):
        rows_of({"a": np.zeros(2), "b": other})
