"""What nobody in good faith would send over gRPC: exact codes, no traceback, and others are answered meanwhile."""

import random

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ..running import wait_for
from ..stock import StockClient

X = {"x": np.ones(1, np.float32)}
ENDLESS = {"steps": np.array([10**9], np.int32)}
METHODS = (
    "/tensorflow.serving.PredictionService/Predict",
    "/tensorflow.serving.PredictionService/GetModelMetadata",
    "/tensorflow.serving.ModelService/GetModelStatus",
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest",
    "/grpc.health.v1.Health/Check",
)
NO_MESSAGE = b"\x0a\xff\xff\xff\xff\x0f"  # a field of 4 GiB, of which nothing follows
# What a mutated request may be refused with, beside that it may still be a good one.
REFUSED = {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNIMPLEMENTED"}


@pytest.fixture
def client(server):
    made = StockClient(server.port)
    yield made
    made.channel.close()


def send(client, method, content):
    """The code and the message of the answer to bytes."""
    try:
        client.channel.unary_unary(method)(content, timeout=60)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    return "OK", ""


def is_healthy(client):
    """Whether the health service answers well at once, with the patience of a busy machine."""
    answer = health_pb2_grpc.HealthStub(client.channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    return answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_message_is_an_invalid_argument_in_one_line(client, caplog, method):
    code, message = send(client, method, NO_MESSAGE)
    assert (code, message) == ("INVALID_ARGUMENT", f"the request is no valid message of {method[1:]}")
    assert not caplog.records


def test_a_stream_is_refused_what_is_no_message_too(client, caplog):
    with pytest.raises(grpc.RpcError) as caught:
        next(client.channel.unary_stream("/grpc.health.v1.Health/Watch")(NO_MESSAGE, timeout=60))
    assert caught.value.code().name == "INVALID_ARGUMENT"
    assert not caplog.records


def test_300_mutated_requests_are_refused_by_what_is_wrong_with_them(client, caplog):
    generator = random.Random(14)
    good = client.request(X).SerializeToString()
    for number in range(300):
        content = bytearray(good)
        for _ in range(generator.randint(1, 4)):
            place = generator.randrange(len(content))
            content[place : place + generator.randint(0, 2)] = generator.randbytes(generator.randint(0, 3))
        code, message = send(client, METHODS[0] if number % 4 else generator.choice(METHODS), bytes(content))
        assert code in REFUSED, (content, code, message)
        assert "Traceback" not in message
    assert not [record for record in caplog.records if record.exc_info]
    assert is_healthy(client)
    assert client.predict(X)["y"].tolist() == [2.5]


@pytest.mark.parametrize("name", ["x" * 2**20, "\U0001f600" * 2**18])
def test_names_of_a_megabyte_are_cut_in_the_message(client, name):
    for request in (client.request({name: X["x"]}), client.request(X, signature=name), client.request(X, model=name)):
        code, message = send(client, METHODS[0], request.SerializeToString())
        assert code in ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND")
        assert len(message) <= 600
    assert client.predict(X)["y"].tolist() == [2.5]


def test_after_many_cancelled_calls_without_end_the_next_is_answered(server, client):
    model = server.models["toy"]
    for _ in range(3):
        calls = [client.predictions.Predict.future(client.request(ENDLESS, "slow")) for _ in range(20)]
        assert wait_for(lambda: len(model.queue) == 18)
        for call in calls:
            call.cancel()
        assert client.predict(X, timeout=60)["y"].tolist() == [2.5]
        assert wait_for(lambda: model.versions[2]._users == 0 and len(model.queue) == 0)
