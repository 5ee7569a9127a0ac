"""The client over gRPC and REST."""

import http.server
import shutil
import socket
import threading
import time
from concurrent import futures

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataResponse, SignatureDefMap
from tensorflow_serving.apis.predict_pb2 import PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import (
    PredictionServiceServicer,
    add_PredictionServiceServicer_to_server,
)

from nst_tf.errors import InputError
from nst_tf.serve.client import Client
from nst_tf.serve.codec.refusal import Refusal

from ..running import running, wait_for, without_waiting


@pytest.fixture(params=["grpc", "rest"])
def client(server, request):
    rest = request.param == "rest"
    with Client(f"127.0.0.1:{server.rest_port if rest else server.port}", rest=rest, timeout=30) as made:
        yield made


def test_arrays_lists_and_text_are_brought_to_the_types_of_the_signature(client):
    np.testing.assert_array_equal(client.predict("toy", {"x": [2, 4]})["y"], np.array([3, 4], np.float32), strict=True)
    found = client.predict("toy", {"a": np.ones((1, 2)), "b": [5]}, signature="several")
    assert {name: (array.dtype.name, array.tolist()) for name, array in found.items()} == {
        "sum": ("float32", [2]),
        "b": ("int32", [5]),
        "big": ("int64", [2**40 + 5]),
        "positive": ("bool", [True]),
    }
    found = client.predict("toy", {"image_bytes": [b"\xff\x00", "ü"]}, signature="text")
    assert found["copy_bytes"].tolist() == [b"\xff\x00", "ü".encode()]
    assert found["length"].tolist() == [2, 2]


def test_defaults_stand_for_what_is_left_out(client):
    assert client.predict("toy", {"x": [1, 3]}, signature="controls")["y"].tolist() == [10, 30]
    assert client.predict("toy", {"x": [1, 3], "scale": [2]}, signature="controls")["y"].tolist() == [2, 6]


def test_only_the_outputs_that_are_asked_for(client):
    found = client.predict("toy", {"a": [[1, 2]], "b": [5]}, signature="several", outputs=["sum"])
    assert {name: array.tolist() for name, array in found.items()} == {"sum": [3]}


def test_status_and_signatures(client):
    (status,) = client.status("toy")
    assert (status.version, status.state) == (2, 30)
    names = ["controls", "images", "serving_default", "several", "slow", "text"]
    assert sorted(client.signatures("toy", version=2)) == names


@pytest.mark.parametrize(
    ("inputs", "options", "code", "message"),
    [
        ({"x": [1]}, {"version": 9}, "NOT_FOUND", "9"),
        ({"x": [1]}, {"label": "stable"}, "INVALID_ARGUMENT", "stable"),
        ({"x": [1]}, {"signature": "haalf"}, "INVALID_ARGUMENT", "no signature 'haalf'; there is: controls"),
        ({"y": [1]}, {}, "INVALID_ARGUMENT", "no input 'y'; there is: x"),
        ({"x": ["a"]}, {}, "INVALID_ARGUMENT", "input 'x' takes float32"),
        (
            {"a": [[1, 2]], "b": [1.5]},
            {"signature": "several"},
            "INVALID_ARGUMENT",
            "input 'b' takes int32, not float64",
        ),
        ({"image_bytes": [b"bad"]}, {"signature": "text"}, "INVALID_ARGUMENT", "this image is bad"),
    ],
)
def test_a_refusal_has_the_code_and_the_message_of_the_server(client, inputs, options, code, message):
    with pytest.raises(Refusal, match=message) as caught:
        client.predict("toy", inputs, **options)
    assert caught.value.code.name == code


@pytest.mark.parametrize("outputs", [(), ("picture_bytes",)])
@pytest.mark.parametrize(
    ("images", "message"), [(["bad"], "this image is bad$"), (["bad"] * 2, "all 2 images fail; the first: this image")]
)
def test_a_request_all_of_whose_images_fail_fails(client, images, outputs, message):
    with pytest.raises(Refusal, match=message) as caught:
        client.predict("toy", {"image_bytes": images}, signature="images", outputs=outputs)
    assert caught.value.code.name == "INVALID_ARGUMENT"


def test_of_images_some_of_which_fail_each_has_its_status(client):
    found = client.predict("toy", {"image_bytes": ["bad", "good"]}, signature="images")
    assert {name: array.tolist() for name, array in found.items()} == {
        "picture_bytes": [b"", b"good"],
        "status": [3, 0],
        "message": [b"this image is bad", b""],
    }
    found = client.predict("toy", {"image_bytes": ["bad", "good"]}, signature="images", outputs=["picture_bytes"])
    assert found.keys() == {"picture_bytes"}


class Reporting(PredictionServiceServicer):
    """As TensorFlow Serving, which knows nothing of what the outputs mean, answers for an image that failed."""

    def GetModelMetadata(self, request, context):
        signatures = SignatureDefMap()
        outputs = signatures.signature_def["serving_default"].outputs
        for name, kind in {"picture_bytes": tf.string, "status": tf.int32, "message": tf.string}.items():
            outputs[name].dtype = kind.as_datatype_enum
        response = GetModelMetadataResponse()
        response.metadata["signature_def"].Pack(signatures)
        return response

    def Predict(self, request, context):
        values = {"picture_bytes": [b""], "status": [3], "message": ["this image is bad"]}
        return PredictResponse(outputs={name: tf.make_tensor_proto(value) for name, value in values.items()})


def test_the_client_looks_whether_images_failed_where_the_server_does_not(flaky):
    _, address = flaky(Reporting())
    with Client(address) as client, pytest.raises(Refusal, match="this image is bad"):
        client.predict("toy", {})


THREE = tf.constant([3])


class Successor(tf.Module):
    """A version of the toy whose `controls` takes whole numbers, has another default, and gives another output."""

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.int32, name="x"), tf.TensorSpec([1], tf.int32, name="scale")]
    )
    def controls(self, x, scale=tf.constant([3])):  # noqa: B008
        return {"y": x * scale, "scale": scale}


@pytest.mark.parametrize("rest", [False, True])
def test_a_version_that_takes_over_is_asked_by_its_own_signature(put, tmp_path, rest):
    put(1)
    successor = Successor()
    tf.saved_model.save(successor, str(tmp_path / "successor"), signatures={"controls": successor.controls})
    with (
        running(tmp_path / "models") as server,
        Client(f"127.0.0.1:{server.rest_port if rest else server.port}", rest=rest) as client,
    ):
        assert client.predict("toy", {"x": [1, 3]}, signature="controls")["y"].tolist() == [10, 30]
        shutil.move(tmp_path / "successor", tmp_path / "models" / "toy" / "2")
        assert wait_for(lambda: server.models["toy"].available == [2])
        found = client.predict("toy", {"x": [1, 3]}, signature="controls")
    assert {name: (array.dtype.name, array.tolist()) for name, array in found.items()} == {
        "y": ("int32", [3, 9]),
        "scale": ("int32", [3]),
    }


def test_an_answer_that_takes_too_long(server):
    for rest in (False, True):
        address = f"127.0.0.1:{server.rest_port if rest else server.port}"
        with Client(address, rest=rest, timeout=0.5) as client, pytest.raises(Refusal) as caught:
            client.predict("toy", {"steps": [10**9]}, signature="slow")
        assert caught.value.code.name == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize("rest", [False, True])
def test_a_server_that_is_not_there(rest, monkeypatch):
    without_waiting(monkeypatch)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        started = time.monotonic()
        with Client(address, rest=rest, timeout=20) as client, pytest.raises(Refusal, match=address) as caught:
            client.predict("toy", {"x": [1]})
    assert caught.value.code.name == "UNAVAILABLE"
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(("rest", "spoken", "other"), [(True, "REST", "gRPC"), (False, "gRPC", "REST")])
def test_the_port_of_the_other_protocol_is_told(server, monkeypatch, rest, spoken, other):
    without_waiting(monkeypatch)
    address = f"127.0.0.1:{server.port if rest else server.rest_port}"
    sentence = f"{address} does not answer as {spoken} does; is it the port for {other}?"
    with Client(address, rest=rest, timeout=20) as client, pytest.raises(Refusal) as caught:
        client.predict("toy", {"x": [1]})
    assert (caught.value.code.name, str(caught.value)) == ("FAILED_PRECONDITION", sentence)


class Flaky(PredictionServiceServicer):
    """Refuses the first calls, with a code; then answers."""

    def __init__(self, refusals, code):
        self.left, self.code, self.calls = refusals, code, 0

    def GetModelMetadata(self, request, context):
        signatures = SignatureDefMap()
        signatures.signature_def["serving_default"].inputs["x"].dtype = tf.float32.as_datatype_enum
        response = GetModelMetadataResponse()
        response.metadata["signature_def"].Pack(signatures)
        return response

    def Predict(self, request, context):
        self.calls += 1
        if self.calls <= self.left:
            context.abort(self.code, "not now")
        response = PredictResponse()
        response.outputs["y"].CopyFrom(tf.make_tensor_proto([1.0]))
        return response


@pytest.fixture
def flaky():
    """Starts a server that refuses; returns what it runs with its address."""
    servers = []

    def start(service):
        server = grpc.server(futures.ThreadPoolExecutor(1))
        add_PredictionServiceServicer_to_server(service, server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        servers.append(server)
        return service, address

    yield start
    for server in servers:
        server.stop(None)


class Swapping(Flaky):
    """Names one version after the other, of which only the last is still there."""

    def __init__(self, *versions):
        self.versions, self.asked = list(versions), []

    def GetModelMetadata(self, request, context):
        response = super().GetModelMetadata(request, context)
        response.model_spec.version.value = self.versions.pop(0) if len(self.versions) > 1 else self.versions[0]
        return response

    def Predict(self, request, context):
        self.asked.append(request.model_spec.version.value)
        if self.asked[-1] != 3:
            context.abort(grpc.StatusCode.NOT_FOUND, "it was unloaded")
        return PredictResponse(outputs={"y": tf.make_tensor_proto([3.0])})


def test_a_version_that_is_unloaded_between_signature_and_request_is_replaced_by_its_successor(flaky):
    service, address = flaky(Swapping(1, 2, 3))
    with Client(address) as client:
        assert client.predict("toy", {"x": [1]})["y"].tolist() == [3]
    assert service.asked == [1, 2, 3]


def test_a_version_that_is_named_but_not_there_is_asked_once(flaky):
    service, address = flaky(Swapping(1))
    with Client(address) as client, pytest.raises(Refusal, match="it was unloaded") as caught:
        client.predict("toy", {"x": [1]})
    assert caught.value.code.name == "NOT_FOUND"
    assert service.asked == [1]


LARGE = {"x": np.zeros(500_000, np.float32)}  # 2 MB: more than gRPC keeps for another try unless it is told to


def test_a_call_that_the_server_could_not_take_is_tried_again(flaky):
    service, address = flaky(Flaky(2, grpc.StatusCode.UNAVAILABLE))
    with Client(address) as client:
        assert client.predict("toy", LARGE)["y"].tolist() == [1]
    assert service.calls == 3


@pytest.mark.parametrize("code", ["INTERNAL", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"])
def test_nothing_else_is_tried_again(flaky, code):
    service, address = flaky(Flaky(1, grpc.StatusCode[code]))
    with Client(address) as client, pytest.raises(Refusal, match="not now") as caught:
        client.predict("toy", LARGE)
    assert caught.value.code.name == code
    assert service.calls == 1


@pytest.mark.parametrize(
    ("status", "calls", "code"), [(503, 5, "UNAVAILABLE"), (502, 1, "UNKNOWN"), (429, 1, "RESOURCE_EXHAUSTED")]
)
def test_over_rest_too_only_unavailable_is_tried_again(monkeypatch, status, calls, code):
    without_waiting(monkeypatch)
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>a proxy</html>")

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        with (
            Client(f"127.0.0.1:{proxy.server_port}", rest=True) as client,
            pytest.raises(Refusal, match=str(status)) as caught,
        ):
            client.status("toy")
        proxy.shutdown()
    assert caught.value.code.name == code
    assert len(seen) == calls


def test_an_authority_that_cannot_be_read():
    for rest in (False, True):
        with pytest.raises(InputError, match=r"cannot read missing\.pem"):
            Client(rest=rest, authority="missing.pem")
