"""TensorFlow Serving's REST interface."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
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
from nst_tf.serve.codec.json_text import json_text, parsed, weight
from nst_tf.serve.codec.refusal import HTTP_STATUS, Refusal, invalid, refusal_of
from nst_tf.serve.server import metrics
from nst_tf.serve.server.body import check_length, read_body, unpacked
from nst_tf.serve.server.core import Core
from nst_tf.serve.server.model import Model
from nst_tf.serve.within import within

__all__ = ["rest_application"]

MODEL = r"(?i:/v1/models)/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
PREDICTION = re.compile(MODEL + r":(?P<method>classify|regress|predict)")
STATUS = re.compile(MODEL + r"(?P<metadata>/metadata)?")
ALL = re.compile("(?i:/v1/models)/?")
HEAVY, AT_ONCE = 2**16, 2  # values of a request or an answer, above which only so many are converted at once


def rest_application(core: Core, timeout: float, largest: int) -> web.Application:
    """The application for an aiohttp server.

    Args:
        core: What answers.
        timeout: Seconds for a prediction, from when a request is complete.
        largest: Most bytes of a request.
    """
    rest = _Rest(core, timeout, largest)
    application = web.Application(middlewares=[_errors])
    application.on_cleanup.append(rest.close)
    application.router.add_get(metrics.PATH, rest.metrics)
    application.router.add_post("/v1/{path:.*}", rest.predict)
    application.router.add_get("/v1/{path:.*}", rest.describe)
    return application


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers failures as `{"error": ...}`."""
    try:
        return await handler(request)
    except Exception as error:  # Of any kind: a client is to see a status, not our insides.
        status, message = _failure(request, error)
        _forget(error)
    return web.json_response({"error": message}, status=status)


def _failure(request: web.Request, error: Exception) -> tuple[int, str]:
    if isinstance(error, web.HTTPException):
        return error.status, error.text or error.reason
    if isinstance(error, (web.RequestPayloadError, ConnectionError)):
        return 400, f"the body is damaged or incomplete: {error}"
    refusal = refusal_of(error)
    if refusal.code == grpc.StatusCode.INTERNAL:
        logging.error("%s %s failed", request.method, request.path, exc_info=error)
    return HTTP_STATUS[refusal.code], str(refusal)


def _forget(error: BaseException | None) -> None:
    """Lets go of what a failure's tracebacks hold, bodies among it, which would stay until garbage is looked for."""
    while error is not None and error.__traceback__ is not None:  # an error may be its own cause
        error.__traceback__, error = None, error.__cause__ or error.__context__


class _Rest:
    def __init__(self, core: Core, timeout: float, largest: int):
        self._core, self._timeout, self._largest = core, timeout, largest
        self._few = ThreadPoolExecutor(AT_ONCE, "rest")

    async def close(self, _: web.Application) -> None:
        self._few.shutdown(wait=False, cancel_futures=True)

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._core.metrics.text(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def describe(self, request: web.Request) -> web.Response:
        """The status of a model, or its metadata; or the states of all models."""
        check_length(request, self._largest)
        if ALL.fullmatch(request.rel_url.raw_path):
            return _json({"models": [{"name": model.name, **_dict(_states(model))} for model in self._core.models]})
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
        check_length(request, self._largest)
        sent = await read_body(request, self._largest)
        end = asyncio.get_running_loop().time() + self._timeout
        content = await self._aside(end, 0, unpacked, sent, request.headers.get("Content-Encoding", ""), self._largest)
        return await self._answer(_spec(match), content, end)

    async def _answer(self, spec: ModelSpec, content: bytes, end: float) -> web.Response:
        heavy = await self._aside(end, 0, weight, content)
        body = await self._aside(end, heavy, parsed, content)
        _name_signature(spec, body)
        inputs = await self._aside(end, heavy, inputs_of, body, self._infos(spec))
        left = end - asyncio.get_running_loop().time()
        outputs = (await self._core.predict("rest", spec, inputs, seconds=left)).outputs
        size = sum(array.size for array in outputs.values())
        text = await self._aside(end, size, _text, "instances" in body, outputs)
        return web.Response(body=text, content_type="application/json", charset="utf-8")

    async def _aside(self, end: float, size: int, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function returns, called beside the loop, so that others go on.

        What takes long is done a few at a time, for it takes turns with all others; and what does not is not to wait
        for it.
        """
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._few if size > HEAVY else None, function, *arguments)
        try:
            return await within(end - loop.time(), running)
        except asyncio.TimeoutError:
            message = f"no answer within {self._timeout:.3g} s"
            raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, message) from None

    def _infos(self, spec: ModelSpec) -> Mapping[str, TensorInfo]:
        try:
            return self._core.signature(spec).inputs
        except Refusal as refusal:
            if refusal.code != grpc.StatusCode.FAILED_PRECONDITION:
                raise
            raise invalid(str(refusal)) from refusal


def _spec(match: re.Match) -> ModelSpec:
    spec = ModelSpec(name=unquote(match["name"]))
    if match["label"]:
        spec.version_label = unquote(match["label"])
    if match["version"]:
        try:
            spec.version.value = int(match["version"])
        except ValueError as error:
            raise invalid(f"Failed to convert version: {match['version']} to numeric.") from error
    return spec


def _malformed(request: web.Request) -> Refusal:
    form = "/v1/models/NAME[/versions/NUMBER|/labels/LABEL]:predict (POST), or without :predict or with /metadata (GET)"
    message = f"Malformed request: {request.method} {request.rel_url.raw_path}; it must be {form}"
    return invalid(message)


def _name_signature(spec: ModelSpec, body: dict) -> None:
    try:
        spec.signature_name = body.get("signature_name", "")
    except (TypeError, ValueError) as error:
        raise invalid("'signature_name' key must be a string value") from error


def _text(rows: bool, outputs: dict) -> bytearray:
    return json_text({"predictions": rows_of(outputs)} if rows else {"outputs": columns_of(outputs)})


def _states(model: Model) -> GetModelStatusResponse:
    versions = [version.status() for _, version in sorted(model.versions.items(), reverse=True)]
    return GetModelStatusResponse(model_version_status=versions)


def _dict(message: Message) -> dict:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def _json(value: dict) -> web.Response:
    return web.json_response(value, dumps=lambda value: json.dumps(value, indent=1))
