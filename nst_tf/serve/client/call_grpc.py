"""Calls over gRPC."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf.message import Message
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from nst_tf.serve.client.connection import WAITS, Connection
from nst_tf.serve.codec.refusal import Refusal

__all__ = ["GrpcCalls"]

LARGEST = 2**30  # bytes of an answer; gRPC's own limit, 4 MiB, is less than a picture of floats
NOT_GRPC = "http1.x server"  # in gRPC's message when it is answered in HTTP/1
RETRIES = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": len(WAITS) + 1,
                "initialBackoff": f"{WAITS[0]}s",
                "maxBackoff": f"{WAITS[-1]}s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
OPTIONS = [
    ("grpc.max_receive_message_length", LARGEST),
    ("grpc.max_send_message_length", LARGEST),
    ("grpc.service_config", json.dumps(RETRIES)),
    ("grpc.per_rpc_retry_buffer_size", LARGEST),  # or a large request would not be tried again
]


class GrpcCalls:
    """The calls of a `Client`.

    Args:
        connection: To the server.
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self._metadata = [("authorization", f"Bearer {connection.token}")] if connection.token else []
        if connection.tls:
            credentials = grpc.ssl_channel_credentials(connection.certificates())
            self._channel = grpc.secure_channel(connection.server, credentials, OPTIONS)
        else:
            self._channel = grpc.insecure_channel(connection.server, OPTIONS)
        self._predictions = PredictionServiceStub(self._channel)
        self._models = ModelServiceStub(self._channel)

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def predict(
        self, spec: ModelSpec, signature: SignatureDef, inputs: Mapping[str, np.ndarray], outputs: Collection[str]
    ) -> dict[str, np.ndarray]:
        """Asks for a prediction."""
        request = PredictRequest(model_spec=spec, output_filter=outputs)
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array, signature.inputs[name].dtype, array.shape))
        response = self._call(self._predictions.Predict, request)
        return {name: tf.make_ndarray(proto) for name, proto in response.outputs.items()}

    def signatures(self, spec: ModelSpec) -> tuple[ModelSpec, dict[str, SignatureDef]]:
        """Asks what a model takes and gives; the spec in the answer has the version of which that is true."""
        request = GetModelMetadataRequest(model_spec=spec, metadata_field=["signature_def"])
        found = SignatureDefMap()
        response = self._call(self._predictions.GetModelMetadata, request)
        response.metadata["signature_def"].Unpack(found)
        return response.model_spec, dict(found.signature_def)

    def status(self, spec: ModelSpec) -> list[ModelVersionStatus]:
        """Asks for the states of a model's versions."""
        response = self._call(self._models.GetModelStatus, GetModelStatusRequest(model_spec=spec))
        return list(response.model_version_status)

    def _call(self, method: Callable[..., Any], request: Message) -> Any:
        try:
            return method(request, timeout=self._connection.timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            if NOT_GRPC in (error.details() or ""):
                raise self._connection.mistaken("gRPC", "REST") from error
            message = f"{self._connection.server}: {error.details()}"
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                message = f"cannot reach {self._connection.server}, or it cannot answer now: {error.details()}"
            raise Refusal(error.code(), message) from error
