"""TensorFlow Serving's gRPC services."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import grpc
import numpy as np
from google.protobuf.message import DecodeError, Message
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, GetModelMetadataResponse
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, GetModelStatusResponse
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceServicer
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import (
    PredictionServiceServicer,
    add_PredictionServiceServicer_to_server,
)

from nst_tf.serve.codec.proto_tensors import array_of, encode_response
from nst_tf.serve.codec.proto_weight import check_weight
from nst_tf.serve.codec.refusal import Refusal, invalid, refusal_of
from nst_tf.serve.server.config import check_reloadable
from nst_tf.serve.server.core import Core

__all__ = ["PREDICTION_SERVICE", "MalformedCheck", "ModelService", "PredictionService", "add_prediction_service"]

PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
SIGNATURES = "signature_def"
LARGE, AT_ONCE = 2**18, 2  # bytes of a message, above which only so many are parsed at once, and beside the loop


Answer = TypeVar("Answer")


def _answered(method: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """Turns refusals into the status of the call."""

    @functools.wraps(method)
    async def answer(self: object, request: Message, context: grpc.aio.ServicerContext) -> Answer:
        try:
            return await method(self, request, context)
        except Exception as error:  # Of any kind: a client is to see a status, not our insides.
            refusal = refusal_of(error)
            if refusal.code == grpc.StatusCode.INTERNAL:
                logging.error("%s failed", method.__name__, exc_info=error)
        return await context.abort(refusal.code, str(refusal))  # which raises

    return answer


def _check_spec(request: Message) -> None:
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")


@dataclass(frozen=True)
class Prediction:
    """A `PredictRequest`, and its inputs as arrays."""

    DESCRIPTOR: ClassVar = PredictRequest.DESCRIPTOR
    request: PredictRequest
    inputs: dict[str, np.ndarray]

    @classmethod
    def FromString(cls, content: bytes) -> "Prediction":  # as messages have it
        """Parses a message.

        Raises:
            DecodeError: It is none.
            Refusal: INVALID_ARGUMENT, an input is no tensor.
        """
        request = PredictRequest.FromString(content)
        return cls(request, {name: array_of(name, proto) for name, proto in request.inputs.items()})


class PredictionService(PredictionServiceServicer):
    """`Predict` and `GetModelMetadata`.

    Args:
        core: What answers.
    """

    def __init__(self, core: Core):
        self._core = core

    @_answered
    async def Predict(self, asked: Prediction, context: grpc.aio.ServicerContext) -> bytes:
        """Computes outputs; returns the encoded answer."""
        request = asked.request
        _check_spec(request)
        found = await self._core.predict(
            "grpc", request.model_spec, asked.inputs, request.output_filter, context.time_remaining()
        )
        return encode_response(found.spec, found.outputs)

    @_answered
    async def GetModelMetadata(
        self, request: GetModelMetadataRequest, context: grpc.aio.ServicerContext
    ) -> GetModelMetadataResponse:
        """Gives the signatures."""
        _check_spec(request)
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != SIGNATURES:
                raise invalid(f"Metadata field {field} is not supported; there is: {SIGNATURES}")
        spec, signatures = self._core.metadata(request.model_spec)
        response = GetModelMetadataResponse(model_spec=spec)
        response.metadata[SIGNATURES].Pack(signatures)
        return response

    @_answered
    async def _unimplemented(self, request: Message, context: grpc.aio.ServicerContext) -> Message:
        raise Refusal(grpc.StatusCode.UNIMPLEMENTED, "these models have no such signatures; call Predict")

    Classify = Regress = MultiInference = _unimplemented


def add_prediction_service(service: PredictionService, server: grpc.aio.Server) -> None:
    """Adds the service to a server.

    `Predict` is added first, as a method that answers bytes; of methods of the same name the first is called.
    """
    predict = grpc.unary_unary_rpc_method_handler(service.Predict, Prediction.FromString)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(PREDICTION_SERVICE, {"Predict": predict})])
    add_PredictionServiceServicer_to_server(service, server)


class ModelService(ModelServiceServicer):
    """`GetModelStatus` and `HandleReloadConfigRequest`.

    Args:
        core: What answers.
        reloadable: The folder of all models that a request may name to be served; by default, none may.
    """

    def __init__(self, core: Core, reloadable: Path | None = None):
        self._core, self._reloadable = core, reloadable

    @_answered
    async def GetModelStatus(
        self, request: GetModelStatusRequest, context: grpc.aio.ServicerContext
    ) -> GetModelStatusResponse:
        """Tells which versions there are, in which state."""
        _check_spec(request)
        return GetModelStatusResponse(model_version_status=self._core.status(request.model_spec))

    @_answered
    async def HandleReloadConfigRequest(
        self, request: ReloadConfigRequest, context: grpc.aio.ServicerContext
    ) -> ReloadConfigResponse:
        """Serves other models."""
        check_reloadable(request.config, self._reloadable)
        await asyncio.to_thread(self._core.models.reload, request.config)
        return ReloadConfigResponse()


class MalformedCheck(grpc.aio.ServerInterceptor):
    """Refuses what is no message of the kind that a method takes, which gRPC itself would call an unknown failure.

    What is large is weighed and parsed beside the loop, a few at a time, so that others go on.
    """

    def __init__(self):
        self._few = ThreadPoolExecutor(AT_ONCE, "grpc")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        details: grpc.HandlerCallDetails,
    ) -> Any:  # a handler, or None for a method that there is not
        """Has the method parse its own request."""
        handler: Any = await continuation(details)
        if handler is None or handler.request_streaming:
            return handler
        method = handler.unary_stream if handler.response_streaming else handler.unary_unary
        kind = handler.request_deserializer.__self__

        async def answer(content: bytes, context: grpc.aio.ServicerContext) -> Any:
            try:
                request = await self._parsed(kind, content)
            except DecodeError:
                message = f"the request is no valid message of {details.method.lstrip('/')}"
                return await context.abort(grpc.StatusCode.INVALID_ARGUMENT, message)
            except Refusal as refusal:
                return await context.abort(refusal.code, str(refusal))
            return await method(request, context)

        made = (
            grpc.unary_stream_rpc_method_handler if handler.response_streaming else grpc.unary_unary_rpc_method_handler
        )
        return made(answer, response_serializer=handler.response_serializer)

    async def _parsed(self, kind: Any, content: bytes) -> Any:
        if len(content) <= LARGE:
            return _parsed(kind, content)
        return await asyncio.get_running_loop().run_in_executor(self._few, _parsed, kind, content)


def _parsed(kind: Any, content: bytes) -> Any:
    """A message; `kind` is its class, or `Prediction`."""
    check_weight(content, kind.DESCRIPTOR)
    return kind.FromString(content)
