"""The embedded server: models, gRPC and REST put together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from aiohttp import web
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tensorflow_serving.apis.model_service_pb2_grpc import add_ModelServiceServicer_to_server
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from nst_tf.errors import InputError, NstError
from nst_tf.serve.server.access import Tls, TokenCheck, is_loopback, origin_middleware, token_middleware
from nst_tf.serve.server.connections import CLIENTS, IDLE, LINGERING, Connections
from nst_tf.serve.server.core import Core
from nst_tf.serve.server.grpc_services import (
    PREDICTION_SERVICE,
    MalformedCheck,
    ModelService,
    PredictionService,
    add_prediction_service,
)
from nst_tf.serve.server.metrics import Metrics
from nst_tf.serve.server.models import Models
from nst_tf.serve.server.rest import rest_application
from nst_tf.serve.settings import Running
from nst_tf.serve.ui import add_page

__all__ = ["Server", "ServerSettings"]

SERVICES = ("", PREDICTION_SERVICE, "tensorflow.serving.ModelService")
CLOSING = 5.0  # seconds to close what is closed in any case


@dataclass(frozen=True)
class ServerSettings(Running):
    """How to serve, and who may ask.

    Attributes:
        tls: Key and certificate; without them, connections are not encrypted.
        token: What clients must have; empty lets everybody in.
        origins: Of the pages that may ask beside the server's own: `https://example.com`.
        reloadable: Folder of models that `HandleReloadConfigRequest` may name; without one, it is refused.
    """

    tls: Tls | None = None
    token: str = ""
    origins: Sequence[str] = ()
    reloadable: Path | None = None

    @property
    def largest(self) -> int:
        """Most bytes of a request."""
        return int(self.max_message * 2**20)


class Server:
    """The server.

    Args:
        find: What to serve, asked before each look at the folders.
        settings: How to serve it.

    Attributes:
        models: What is served.
        port: Of gRPC, once the server listens.
        rest_port: Of REST, likewise.
    """

    def __init__(self, find: Callable[[], ModelServerConfig], settings: ServerSettings):
        self.settings, self._find = settings, find
        self.models = Models(find, settings.queue, settings.workers, settings.poll)
        self._core = Core(self.models, Metrics(self.models), settings.batching, settings.request_timeout)
        self.port = self.rest_port = None

    async def listen(self) -> None:
        """Opens the ports, at which requests are told that models are loaded, until `load` has done so.

        Raises:
            InputError: There is no model, a port is in use, or TLS files cannot be used.
        """
        config = await asyncio.to_thread(self._find)
        if not config.model_config_list.config:
            raise InputError("there is no model to serve; `nst-tf export` makes some")
        await self._start_grpc()
        try:
            await self._start_rest()
        except BaseException:
            await self._grpc.stop(0)
            raise

    async def load(self) -> None:
        """Loads the models, and is healthy then unless that was stopped; the ports are closed if it fails.

        Raises:
            NstError: None of the models can be served.
        """
        try:
            if not await asyncio.to_thread(self.models.start):
                return
            if not any(model.available for model in self.models):
                reasons = [f"{model.name}: {model.trouble}" for model in self.models]
                raise NstError(f"no model can be served; {'; '.join(reasons)}")
            await self._set_health(health_pb2.HealthCheckResponse.SERVING)
        except BaseException:
            await asyncio.gather(self._grpc.stop(0), self._close_rest())
            raise

    async def _start_grpc(self) -> None:
        settings = self.settings
        options = [
            ("grpc.so_reuseport", 0),  # or two servers would share a port without a word
            ("grpc.max_receive_message_length", settings.largest),
            ("grpc.max_send_message_length", -1),
        ]
        checks = [*([TokenCheck(settings.token)] if settings.token else []), MalformedCheck()]
        self._grpc = grpc.aio.server(interceptors=checks, options=options)
        add_prediction_service(PredictionService(self._core), self._grpc)
        add_ModelServiceServicer_to_server(ModelService(self._core, settings.reloadable), self._grpc)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        self.port = self._bind(f"{_bracketed(settings.host)}:{settings.port}")
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._grpc.start()

    async def _set_health(self, status: int) -> None:
        for service in SERVICES:
            await self._health.set(service, status)

    def _bind(self, address: str) -> int:
        tls = self.settings.tls
        try:
            return self._grpc.add_secure_port(address, tls.grpc()) if tls else self._grpc.add_insecure_port(address)
        except RuntimeError as error:
            raise _taken(address, "--port") from error

    async def _start_rest(self) -> None:
        settings = self.settings
        application = rest_application(self._core, settings.rest_timeout, settings.largest)
        self._connections = Connections(settings.tls and settings.tls.rest())
        origins = origin_middleware(is_loopback(settings.host), settings.origins)
        application.middlewares[:0] = [self._connections.watch, origins]
        if settings.token:
            application.middlewares.append(token_middleware(settings.token))
        if settings.ui:
            add_page(application)
        running = {
            "auto_decompress": False,
            "handler_cancellation": True,
            "access_log": None,
            "keepalive_timeout": IDLE,
            "lingering_time": LINGERING,
            "logger": CLIENTS,
            "shutdown_timeout": settings.grace,
        }
        self._rest = web.AppRunner(application, **running)
        await self._rest.setup()
        try:
            self.rest_port = await self._connections.listen(self._rest.server, settings.host, settings.rest_port)
        except OSError as error:
            await self._rest.cleanup()
            raise _taken(f"{_bracketed(settings.host)}:{settings.rest_port}", "--rest-port") from error

    async def stop(self) -> None:
        """Takes no more requests, lets those under way finish in their time of grace, and unloads the models."""
        await self._health.enter_graceful_shutdown()
        await asyncio.gather(self._grpc.stop(self.settings.grace), self._close_rest())
        await asyncio.to_thread(self.models.stop, CLOSING)

    async def _close_rest(self) -> None:
        await self._connections.close()
        await self._rest.cleanup()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _taken(address: str, option: str) -> InputError:
    return InputError(
        f"cannot listen on {address}; is the port in use, or the address not this machine's? See {option}"
    )
