"""Attacks over gRPC."""

import random
import time
from collections.abc import Iterator

import grpc
import numpy as np
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_FLOAT
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from benchmarks.attacks.answer import Answer, grpc_answer
from benchmarks.attacks.attacked import PATIENCE, PREDICT, Attacked, predict_request
from nst_tf.serve.codec.proto_tensors import varint

__all__ = ["LENGTHY", "cancels", "giant_messages", "long_names", "mutated_messages", "no_messages"]

HEALTH = "/grpc.health.v1.Health/Check"
METHODS = (
    PREDICT,
    "/tensorflow.serving.PredictionService/GetModelMetadata",
    "/tensorflow.serving.ModelService/GetModelStatus",
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest",
    HEALTH,
)
WATCH = "/grpc.health.v1.Health/Watch"
NO_MESSAGE = b"\x0a\xff\xff\xff\xff\x0f"  # a field of 4 GiB, of which nothing follows
# What a mutated request may be answered with, which may still be a good one.
ANY_REFUSAL = ("OK", "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNIMPLEMENTED")
SMALL = {"image_bytes": [b"this is no image"]}


def _whole(**numbers: int | list[int]) -> dict[str, np.ndarray]:
    """Whole numbers for a batch of one image."""
    return {name: np.array([number], np.int32) for name, number in numbers.items()}


LENGTHY = {"image": np.full((1, 512, 512, 3), 0.5, np.float32), **_whole(size=1024, octaves=3, steps=[50])}
BRIEF = {"image": np.full((1, 64, 64, 3), 0.5, np.float32), **_whole(size=64, octaves=1, steps=[1])}
MIB = 2**20


def mutated_messages(server: Attacked, number: int, seed: int) -> Iterator[Answer]:
    """Requests with bytes cut out, put in and replaced."""
    chance = random.Random(seed)
    good = predict_request(SMALL).SerializeToString()
    for turn in range(number):
        content = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 3))
        method = PREDICT if turn % 4 else chance.choice(METHODS)
        code, message = server.call(method, bytes(content))
        if (method, code) == (HEALTH, "NOT_FOUND"):  # which the health service of gRPC has no words for
            message = "there is no such service"
        yield grpc_answer("mutated message", (code, message), ANY_REFUSAL, bytes(content))


def no_messages(server: Attacked) -> Iterator[Answer]:
    """What is no message at all, to each method, and to one that answers with a stream."""
    for method in METHODS:
        code, message = server.call(method, NO_MESSAGE)
        is_told = message == f"the request is no valid message of {method[1:]}"
        yield Answer("no message", code if is_told else f"{code} {message!r:.60}", ["INVALID_ARGUMENT"], method)
    try:
        next(server.channel.unary_stream(WATCH)(NO_MESSAGE, timeout=PATIENCE))
    except grpc.RpcError as error:
        yield Answer("no message", error.code().name, ["INVALID_ARGUMENT"], WATCH)


def long_names(server: Attacked) -> Iterator[Answer]:
    """Names of a megabyte where names are."""
    for name in ("x" * MIB, "\U0001f600" * (MIB // 4)):
        requests = {
            "INVALID_ARGUMENT": predict_request({name: SMALL["image_bytes"]}),
            "FAILED_PRECONDITION": predict_request(SMALL, name),
            "NOT_FOUND": predict_request(SMALL, model=name),
        }
        for code, request in requests.items():
            yield grpc_answer("long name", server.call(PREDICT, request.SerializeToString()), [code])


def giant_messages(server: Attacked) -> Iterator[Answer]:
    """Messages just below the limit: many numbers, many fields, and long strings."""
    bools = _packed(TensorProto(dtype=DT_BOOL), TensorProto.BOOL_VAL_FIELD_NUMBER, b"\x01", 60 * MIB)
    floats = _packed(TensorProto(dtype=DT_FLOAT), TensorProto.FLOAT_VAL_FIELD_NUMBER, bytes(4), 15 * MIB)
    fields = TensorProto(string_val=[b""]).SerializeToString() * (20 * MIB)
    for tensor in (bools, floats, fields):
        yield grpc_answer("giant message", server.call(PREDICT, _with_tensor(tensor)), ["INVALID_ARGUMENT"])
    for text in ([b"x" * (60 * MIB)], [b"x" * MIB] * 60):
        content = predict_request({"image_bytes": np.array(text, object)}).SerializeToString()
        yield grpc_answer("giant message", server.call(PREDICT, content), ["INVALID_ARGUMENT"])


# Messages of so many numbers and fields are put together on the wire: by classes it takes many times longer.


def _packed(proto: TensorProto, field: int, value: bytes, count: int) -> bytes:
    """A flat tensor of a value, repeated."""
    proto.tensor_shape.dim.add(size=count)
    return proto.SerializeToString() + _field(field, value * count)


def _with_tensor(tensor: bytes) -> bytes:
    """A request whose input is a tensor."""
    return predict_request({}).SerializeToString() + _field(2, _field(1, b"image") + _field(2, tensor))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def cancels(server: Attacked, number: int = 20) -> Iterator[Answer]:
    """Calls that would take minutes, cancelled once some run and others wait; the next one of the model is answered."""
    predict = PredictionServiceStub(server.channel).Predict
    for _ in range(3):
        calls = [predict.future(predict_request(LENGTHY, "pixels", "dream")) for _ in range(number)]
        is_full = _holds(lambda: server.waiting() >= number - 2)
        for call in calls:
            call.cancel()
        found = server.call(PREDICT, predict_request(BRIEF, "pixels", "dream").SerializeToString())
        yield grpc_answer("after cancels", found, ["OK"])
        yield Answer("queue of cancelled", "free" if is_full and _holds(lambda: server.waiting() == 0) else "not free",
                     ["free"])  # fmt: skip


def _holds(condition, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
