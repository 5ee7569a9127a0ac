"""The server that is attacked: a process with small exported models, and as few files as a small machine gives it."""

import contextlib
import http.client
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from benchmarks.serving.process import ServerProcess
from nst_tf.export.export import export
from nst_tf.export.models.dream import dream
from nst_tf.export.models.features import features

__all__ = ["PREDICT", "Attacked", "attacked", "export_models", "predict_request"]

FILES = 256
FEW_FILES = ("sh", "-c", f'ulimit -n {FILES} && exec "$@"', "sh")
PREDICT = "/tensorflow.serving.PredictionService/Predict"
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
PATIENCE = 120.0  # seconds for any answer


def export_models(folder: Path) -> None:
    """Writes `features`, of AlexNet's first layer, and `dream`."""
    export(features("alexnet", layers=("relu1",)), folder)
    export(dream("alexnet"), folder)


def predict_request(
    inputs: Mapping[str, Any], signature: str = "", model: str = "features", outputs: tuple[str, ...] = ()
) -> PredictRequest:
    """A request for a prediction."""
    request = PredictRequest(output_filter=outputs)
    request.model_spec.name, request.model_spec.signature_name = model, signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(np.asarray(value)))
    return request


class Attacked:
    """How to ask a server anything at all.

    Args:
        server: Which runs.

    Attributes:
        channel: For gRPC.
    """

    def __init__(self, server: ServerProcess):
        self.server, self.channel = server, grpc.insecure_channel(server.address, OPTIONS)

    def post(self, body: bytes | None, headers: Mapping[str, str] | None = None,
             path: str = "/v1/models/features:predict") -> tuple[int, Any]:  # fmt: skip
        """The status of a request over REST and the JSON of its answer, or 0 and what it failed with.

        Without a body it is a GET.
        """
        try:
            status, answer = self._asked(path, body, headers)
            return status, json.loads(answer)
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error)

    def _asked(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.server.host, self.server.rest_port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET" if body is None else "POST", path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def call(self, method: str, content: bytes) -> tuple[str, str]:
        """The code and the message of the answer to bytes over gRPC."""
        try:
            self.channel.unary_unary(method)(content, timeout=PATIENCE)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        return "OK", ""

    def waiting(self) -> float:
        """How many requests are in a queue, as the server tells Prometheus; NaN if it does not tell."""
        try:
            lines = self._asked("/monitoring/prometheus/metrics")[1].decode().splitlines()
        except (OSError, http.client.HTTPException):
            return math.nan
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("nst_tf_waiting_requests{"))


@contextlib.contextmanager
def attacked(folder: Path) -> Iterator[Attacked]:
    """Serves the exported models of a folder."""
    with ServerProcess(folder, before=FEW_FILES) as server:
        asked = Attacked(server)
        with contextlib.closing(asked.channel):
            yield asked
