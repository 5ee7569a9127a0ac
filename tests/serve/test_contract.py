"""What a client of TensorFlow Serving may rely on, asked by its public stubs and by plain HTTP.

The same tests run against the embedded server and against `tensorflow_model_server`, if there is one: on the PATH, or
named by `NST_TF_MODEL_SERVER`.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from types import SimpleNamespace

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from .stock import StockClient

BINARY = os.environ.get("NST_TF_MODEL_SERVER") or shutil.which("tensorflow_model_server")
ABSENT = "no tensorflow_model_server on the PATH, and NST_TF_MODEL_SERVER names none"


def _free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


def _until_answered(url):
    for _ in range(300):
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


@pytest.fixture(scope="session")
def real_server(toy_versions, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "toy"
    shutil.copytree(toy_versions[2], folder / "2")
    ports = _free_port(), _free_port()
    command = [
        BINARY,
        f"--port={ports[0]}",
        f"--rest_api_port={ports[1]}",
        "--model_name=toy",
        f"--model_base_path={folder}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_answered(f"http://127.0.0.1:{ports[1]}/v1/models/toy/metadata")
        yield SimpleNamespace(port=ports[0], rest_port=ports[1])
    finally:
        process.terminate()
        process.wait(30)


REAL = pytest.param("real_server", marks=pytest.mark.skipif(BINARY is None, reason=ABSENT))


@pytest.fixture(scope="session", params=["server", REAL])
def any_server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def stock(any_server):
    client = StockClient(any_server.port)
    yield client
    client.channel.close()


@pytest.fixture(scope="session")
def http(any_server):
    """Asks by HTTP; returns the status and what the JSON says."""

    def ask(path, body=None):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{any_server.rest_port}{path}", data)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return ask


def refused(call, *arguments, **options):
    """The name of the status code and the message that a call is refused with."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **options)
    return caught.value.code().name, caught.value.details()


# gRPC


def test_predict_gives_all_outputs_and_says_what_has_computed_them(stock):
    response = stock.predictions.Predict(stock.request({"x": np.array([2, 4], np.float32)}), timeout=20)
    assert (response.model_spec.name, response.model_spec.version.value) == ("toy", 2)
    assert response.model_spec.signature_name == "serving_default"
    np.testing.assert_array_equal(tf.make_ndarray(response.outputs["y"]), np.array([3, 4], np.float32), strict=True)
    assert list(response.outputs["y"].float_val) == [3, 4]


def test_predict_by_signature_with_tensors_of_all_kinds(stock):
    found = stock.predict({"a": np.array([[1, 2], [3, 4]], np.float32), "b": np.array([0, 5], np.int32)}, "several")
    assert {name: array.tolist() for name, array in found.items()} == {
        "sum": [3, 7],
        "b": [0, 5],
        "big": [2**40, 2**40 + 5],
        "positive": [False, True],
    }
    images = np.array([b"\xff\x00", b""], object)
    assert stock.predict({"image_bytes": images}, "text")["copy_bytes"].tolist() == images.tolist()


def test_predict_gives_only_the_outputs_that_are_asked_for(stock):
    inputs = {"a": np.ones((1, 2), np.float32), "b": np.zeros(1, np.int32)}
    assert stock.predict(inputs, "several", outputs=["b", "sum"]).keys() == {"b", "sum"}


def test_predict_takes_defaults_for_what_is_left_out(stock):
    assert stock.predict({"x": np.ones(2, np.float32)}, "controls")["y"].tolist() == [10, 10]
    inputs = {"x": np.ones(2, np.float32), "scale": np.array([3], np.float32)}
    assert stock.predict(inputs, "controls")["y"].tolist() == [3, 3]


X = {"x": np.ones(1, np.float32)}


@pytest.mark.parametrize(
    ("arguments", "options", "code", "message"),
    [
        ((X,), {"model": "toi"}, "NOT_FOUND", "Servable not found for request: Latest(toi)"),
        ((X,), {"model": ""}, "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        ((X,), {"version": 7}, "NOT_FOUND", "Servable not found for request: Specific(toy, 7)"),
        ((X,), {"label": "stable"}, "INVALID_ARGUMENT", "Unrecognized servable version label: stable"),
        ((X, "haalf"), {}, "FAILED_PRECONDITION", 'Serving signature key "haalf" not found.'),
        ((X,), {"outputs": ["z"]}, "INVALID_ARGUMENT", "output tensor alias not found in signature: z"),
        ((X,), {"outputs": ["y", "y"]}, "INVALID_ARGUMENT", "duplicate output tensor alias: y"),
        (({},), {}, "INVALID_ARGUMENT", "input size does not match signature: 0!=1"),
        ((X | {"w": np.ones(1)},), {}, "INVALID_ARGUMENT", "Sent extra: {w}. Missing but required: {}."),
        (({"x": np.ones(1)},), {}, "INVALID_ARGUMENT", ""),
        (({"x": np.ones((1, 1), np.float32)},), {}, "INVALID_ARGUMENT", ""),
        (({"image_bytes": ["bad"]}, "text"), {}, "INVALID_ARGUMENT", "this image is bad"),
    ],
)
def test_a_request_that_does_not_fit_is_refused_with_the_code_of_tensorflow_serving(
    stock, arguments, options, code, message
):
    found, details = refused(stock.predict, *arguments, **options)
    assert found == code
    assert message in details


def test_a_request_without_a_model_is_refused(stock):
    assert refused(stock.predictions.Predict, PredictRequest(), timeout=5) == ("INVALID_ARGUMENT", "Missing ModelSpec")


def test_a_deadline_is_honoured(stock):
    started = time.monotonic()
    code, _ = refused(stock.predict, {"steps": np.array([10**9], np.int32)}, "slow", timeout=0.3)
    assert code == "DEADLINE_EXCEEDED"
    assert time.monotonic() - started < 10
    assert stock.predict(X)["y"].tolist() == [2.5]


def test_the_metadata_are_the_signatures(stock):
    spec, signatures = stock.signatures()
    assert (spec.name, spec.version.value) == ("toy", 2)
    several = signatures["several"]
    assert {name: tf.as_dtype(info.dtype).name for name, info in several.inputs.items()} == {
        "a": "float32",
        "b": "int32",
    }
    assert [dim.size for dim in several.inputs["a"].tensor_shape.dim] == [-1, 2]
    assert refused(stock.signatures, fields=())[0] == "INVALID_ARGUMENT"
    assert refused(stock.signatures, fields=("graph",))[0] == "INVALID_ARGUMENT"
    assert refused(stock.signatures, "toi")[0] == "NOT_FOUND"


def test_the_status_is_that_of_each_version(stock):
    (status,) = stock.status()
    assert (status.version, status.state, status.status.error_code) == (2, 30, 0)
    assert len(stock.status(version=2)) == 1
    code, details = refused(stock.status, version=9)
    assert (code, details) == ("NOT_FOUND", "Could not find version 9 of model toy")
    code, details = refused(stock.status, "toi")
    assert code == "NOT_FOUND"
    assert details.startswith("Could not find any versions of model toi")


def test_a_configuration_that_is_none_is_refused(stock):
    assert refused(stock.reload, {"name": "toy", "base_path": "relative"})[0] == "INVALID_ARGUMENT"


# REST


def test_rows(http):
    assert http("/v1/models/toy:predict", {"instances": [2, 4]}) == (200, {"predictions": [3, 4]})
    assert http("/v1/models/toy/versions/2:predict", {"instances": [{"x": 2}]}) == (200, {"predictions": [3]})


def test_columns(http):
    assert http("/v1/models/toy:predict", {"inputs": [2, 4]}) == (200, {"outputs": [3, 4]})
    body = {"signature_name": "several", "inputs": {"a": [[1, 2]], "b": [5]}}
    assert http("/v1/models/toy:predict", body) == (
        200,
        {"outputs": {"sum": [3], "b": [5], "big": [2**40 + 5], "positive": [True]}},
    )


def test_bytes_are_base64_where_the_name_says_so(http):
    body = {"signature_name": "text", "instances": [{"b64": base64.b64encode(b"abc").decode()}]}
    expected = {"predictions": [{"copy_bytes": {"b64": "YWJj"}, "name": "got abc", "length": 3}]}
    assert http("/v1/models/toy:predict", body) == (200, expected)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/models/toy:predict", b"{", 400),
        ("/v1/models/toy:predict", b"", 400),
        ("/v1/models/toy:predict", [1], 400),
        ("/v1/models/toy:predict", {}, 400),
        ("/v1/models/toy:predict", {"instances": []}, 400),
        ("/v1/models/toy:predict", {"instances": ["a"]}, 400),
        ("/v1/models/toy:predict", {"instances": [[1], [1, 2]]}, 400),
        ("/v1/models/toy:predict", {"instances": [[1]]}, 400),
        ("/v1/models/toy:predict", {"signature_name": "haalf", "instances": [1]}, 400),
        ("/v1/models/toy:predict", {"signature_name": 1, "instances": [1]}, 400),
        ("/v1/models/toy:predict", {"signature_name": "text", "instances": ["bad"]}, 400),
        ("/v1/models/toy:predict", {"signature_name": "controls", "inputs": {"x": [1]}}, 400),
        ("/v1/models/toy:predikt", {"instances": [1]}, 400),
        ("/v1/models/toy/labels/stable:predict", {"instances": [1]}, 400),
        ("/v1/models/toy/versions/x:predict", {"instances": [1]}, 400),
        ("/v1/models/toy/versions/9:predict", {"instances": [1]}, 404),
        ("/v1/models/toi:predict", {"instances": [1]}, 404),
        ("/v1/models/toi", None, 404),
        ("/v1/models/toy/versions/9", None, 404),
        ("/v1/models/toi/metadata", None, 404),
        ("/v1/models/toy/nothing", None, 400),
    ],
)
def test_a_rest_request_that_does_not_fit_is_refused_in_json(http, path, body, status):
    found, answer = http(path, body)
    assert found == status
    assert answer.keys() == {"error"}
    assert answer["error"]


def test_the_rest_status_and_metadata(http):
    status = {"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in ("/v1/models/toy", "/v1/models/toy/versions/2"):
        assert http(path) == (200, {"model_version_status": [status]})
    code, found = http("/v1/models/toy/metadata")
    assert code == 200
    assert found["model_spec"] == {"name": "toy", "signature_name": "", "version": "2"}
    half = found["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert half["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert half["inputs"]["x"]["tensor_shape"] == {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False}
