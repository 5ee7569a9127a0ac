"""TensorFlow Serving's REST interface."""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from urllib.parse import unquote

import grpc
from aiohttp import web
from aiohttp.typedefs import Handler
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec

from nst_tf.serve.codec.json_tensors import columns_of, inputs_of, rows_of
from nst_tf.serve.codec.refusal import HTTP_STATUS, Refusal, refusal_of
from nst_tf.serve.server import metrics
from nst_tf.serve.server.core import Core

__all__ = ["rest_application"]

MODEL = r"(?i:/v1/models)/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
PREDICTION = re.compile(MODEL + r":(?P<method>classify|regress|predict)")
STATUS = re.compile(MODEL + r"(?P<metadata>/metadata)?")


def rest_application(core: Core, timeout: float, largest: int) -> web.Application:
    """The application for an aiohttp server.

    Args:
        core: What answers.
        timeout: Seconds for a prediction.
        largest: Most bytes of a request.
    """
    rest = _Rest(core, timeout)
    application = web.Application(client_max_size=largest, middlewares=[_errors])
    application.router.add_get(metrics.PATH, rest.metrics)
    application.router.add_post("/v1/{path:.*}", rest.predict)
    application.router.add_get("/v1/{path:.*}", rest.describe)
    return application


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers failures as `{"error": ...}`."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.json_response({"error": error.text or error.reason}, status=error.status)
    except Exception as error:  # Of any kind: a client is to see a status, not our insides.
        refusal = refusal_of(error)
        if refusal.code == grpc.StatusCode.INTERNAL:
            logging.error("%s %s failed", request.method, request.path, exc_info=error)
        return web.json_response({"error": str(refusal)}, status=HTTP_STATUS[refusal.code])


class _Rest:
    def __init__(self, core: Core, timeout: float):
        self._core, self._timeout = core, timeout

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._core.metrics.text(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def describe(self, request: web.Request) -> web.Response:
        """The status of a model, or its metadata."""
        match = STATUS.fullmatch(request.rel_url.raw_path)
        if match is None:
            raise _malformed(request)
        spec = _spec(match)
        if not match["metadata"]:
            return _json(_dict(GetModelStatusResponse(model_version_status=self._core.status(spec))))
        spec, signatures = self._core.metadata(spec)
        return _json({"model_spec": _dict(spec), "metadata": {"signature_def": _dict(signatures)}})

    async def predict(self, request: web.Request) -> web.Response:
        match = PREDICTION.fullmatch(request.rel_url.raw_path)
        if match is None:
            raise _malformed(request)
        if match["method"] != "predict":
            raise Refusal(grpc.StatusCode.UNIMPLEMENTED, "these models have no such signatures; use :predict")
        spec, content = _spec(match), await request.read()
        # What takes long for large requests is done beside the loop, so that others go on.
        body = await asyncio.to_thread(_parsed, content)
        spec.signature_name = body.get("signature_name", "")
        inputs = await asyncio.to_thread(inputs_of, body, self._infos(spec))
        found = await self._core.predict("rest", spec, inputs, seconds=self._timeout)
        return web.Response(text=await asyncio.to_thread(_answer, body, found.outputs), content_type="application/json")

    def _infos(self, spec: ModelSpec) -> Mapping[str, TensorInfo]:
        try:
            return self._core.signature(spec).inputs
        except Refusal as refusal:
            if refusal.code != grpc.StatusCode.FAILED_PRECONDITION:
                raise
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, str(refusal)) from refusal


def _spec(match: re.Match) -> ModelSpec:
    spec = ModelSpec(name=unquote(match["name"]))
    if match["label"]:
        spec.version_label = unquote(match["label"])
    if match["version"]:
        try:
            spec.version.value = int(match["version"])
        except ValueError as error:
            raise Refusal(
                grpc.StatusCode.INVALID_ARGUMENT, f"Failed to convert version: {match['version']} to numeric."
            ) from error
    return spec


def _malformed(request: web.Request) -> Refusal:
    form = "/v1/models/NAME[/versions/NUMBER|/labels/LABEL]:predict (POST), or without :predict or with /metadata (GET)"
    message = f"Malformed request: {request.method} {request.rel_url.raw_path}; it must be {form}"
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def _parsed(content: bytes) -> dict:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, f"JSON Parse error: {error}") from error
    if not isinstance(body, dict):
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "the JSON value is not an object")
    if not isinstance(body.get("signature_name", ""), str):
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "'signature_name' key must be a string value")
    return body


def _answer(body: dict, outputs: dict) -> str:
    answer = {"predictions": rows_of(outputs)} if "instances" in body else {"outputs": columns_of(outputs)}
    return json.dumps(answer)


def _dict(message: Message) -> dict:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def _json(value: dict) -> web.Response:
    return web.json_response(value, dumps=lambda value: json.dumps(value, indent=1))
