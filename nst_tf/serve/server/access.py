"""Who may ask: TLS, and a token that every request must carry."""

import hmac
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from nst_tf.errors import InputError
from nst_tf.serve.ui import OPEN_ROUTES

__all__ = ["Tls", "TokenCheck", "token_middleware"]

HEADER, SCHEME = "authorization", "Bearer "
OPEN = ("/grpc.health.v1.Health/",)  # probes carry no token


@dataclass(frozen=True)
class Tls:
    """A server's key and certificate, and the authority of clients' certificates if they need one; all PEM files."""

    key: Path
    certificate: Path
    client_authority: Path | None = None

    def grpc(self) -> grpc.ServerCredentials:
        """The credentials of a gRPC server.

        Raises:
            InputError: A file cannot be read, or the key does not fit the certificate.
        """
        self.rest()
        authority = self.client_authority and self.client_authority.read_bytes()
        pairs = [(self.key.read_bytes(), self.certificate.read_bytes())]
        return grpc.ssl_server_credentials(pairs, authority, require_client_auth=authority is not None)

    def rest(self) -> ssl.SSLContext:
        """The context of an HTTPS server.

        Raises:
            InputError: A file cannot be read, or the key does not fit the certificate.
        """
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.client_authority:
                context.load_verify_locations(self.client_authority)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in (self.key, self.certificate, self.client_authority) if path)
            raise InputError(f"cannot use {files} for TLS: {error}") from error
        return context


def _is_right(given: str | bytes | None, token: str) -> bool:
    given = given.encode(errors="replace") if isinstance(given, str) else given or b""
    return hmac.compare_digest(given, f"{SCHEME}{token}".encode())


class TokenCheck(grpc.aio.ServerInterceptor):
    """Refuses calls without the token, those of the health service apart.

    Args:
        token: What the metadata `authorization: Bearer TOKEN` must have.
    """

    def __init__(self, token: str):
        self._token = token

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """Lets a call through, or refuses it."""
        given = dict(details.invocation_metadata).get(HEADER)
        if details.method.startswith(OPEN) or _is_right(given, self._token):
            return await continuation(details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


async def _refuse(request: object, context: grpc.aio.ServicerContext) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the metadata `authorization: Bearer TOKEN` is needed")


def token_middleware(token: str) -> Middleware:
    """Refuses requests without the token, those for the page apart.

    Args:
        token: What the header `Authorization: Bearer TOKEN` must have.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_open = request.match_info.route.name in OPEN_ROUTES
        if not is_open and not _is_right(request.headers.get(HEADER), token):
            raise web.HTTPUnauthorized(text="the header `Authorization: Bearer TOKEN` is needed")
        return await handler(request)

    return check
