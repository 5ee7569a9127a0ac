"""Calls over REST."""

import base64
import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import quote

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf.json_format import ParseDict
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse, ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec

from nst_tf.serve.client.connection import WAITS, Connection
from nst_tf.serve.codec.json_tensors import inputs_of
from nst_tf.serve.codec.refusal import HTTP_STATUS, Refusal

__all__ = ["RestCalls"]

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
# Of several codes with the same status, the first that is listed.
CODE_OF = {status: code for code, status in reversed(HTTP_STATUS.items())}


class RestCalls:
    """The calls of a `Client`.

    Args:
        connection: To the server.
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {connection.token}"} if connection.token else {}
        certificates = connection.certificates()
        authority = certificates and certificates.decode()
        self._context = ssl.create_default_context(cadata=authority) if connection.tls else None

    def close(self) -> None:
        """There is nothing to close: each call has a connection of its own."""

    def predict(
        self, spec: ModelSpec, signature: SignatureDef, inputs: Mapping[str, np.ndarray], outputs: Collection[str]
    ) -> dict[str, np.ndarray]:
        """Asks for a prediction, with the signature's defaults for inputs left out: REST has none."""
        defaults = {name: tf.make_ndarray(proto) for name, proto in signature.defaults.items()}
        columns = {name: _json(array) for name, array in (defaults | dict(inputs)).items()}
        body = {"signature_name": spec.signature_name, "inputs": columns}
        found = self._ask(f"{_path(spec)}:predict", body)["outputs"]
        if len(signature.outputs) == 1:
            found = {next(iter(signature.outputs)): found}
        arrays = inputs_of({"inputs": found}, signature.outputs)
        return {name: arrays[name] for name in outputs or arrays}

    def signatures(self, spec: ModelSpec) -> tuple[ModelSpec, dict[str, SignatureDef]]:
        """Asks what a model takes and gives; the spec in the answer has the version of which that is true."""
        found = self._ask(f"{_path(spec)}/metadata")
        signatures = ParseDict(found["metadata"]["signature_def"], SignatureDefMap(), ignore_unknown_fields=True)
        answered = ParseDict(found.get("model_spec", {}), ModelSpec(), ignore_unknown_fields=True)
        return answered, dict(signatures.signature_def)

    def status(self, spec: ModelSpec) -> list[ModelVersionStatus]:
        """Asks for the states of a model's versions."""
        return list(ParseDict(self._ask(_path(spec)), GetModelStatusResponse()).model_version_status)

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        url = f"{'https' if self._connection.tls else 'http'}://{self._connection.server}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **self._headers})
        return _patiently(lambda seconds: self._answer(request, seconds), self._connection.timeout)

    def _answer(self, request: urllib.request.Request, seconds: float) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=seconds, context=self._context) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise Refusal(CODE_OF.get(error.code, grpc.StatusCode.UNKNOWN), _reason(error)) from error
        except TimeoutError as error:
            raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, f"no answer within {seconds:.3g} s") from error
        except http.client.BadStatusLine as error:
            raise self._connection.mistaken("REST", "gRPC") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise Refusal(UNAVAILABLE, f"cannot reach {self._connection.server}: {reason}") from error


def _patiently(answer: Callable[[float], dict], timeout: float) -> dict:
    end = time.monotonic() + timeout
    for wait in WAITS:
        try:
            return answer(max(0.001, end - time.monotonic()))
        except Refusal as refusal:
            if refusal.code != UNAVAILABLE or time.monotonic() + wait > end:
                raise
        time.sleep(wait)
    return answer(max(0.001, end - time.monotonic()))


def _path(spec: ModelSpec) -> str:
    path = f"/v1/models/{quote(spec.name, safe='')}"
    if spec.version_label:
        return f"{path}/labels/{quote(spec.version_label, safe='')}"
    return f"{path}/versions/{spec.version.value}" if spec.HasField("version") else path


def _json(array: np.ndarray) -> Any:
    return _encoded(array.tolist()) if array.dtype == object else array.tolist()


def _encoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded(element) for element in value]
    return {"b64": base64.b64encode(value).decode()}


def _reason(error: urllib.error.HTTPError) -> str:
    """The message of the server; a proxy may have answered in its place."""
    try:
        return json.load(error)["error"]
    except (ValueError, KeyError, TypeError):
        return f"the server answered with status {error.code}"
