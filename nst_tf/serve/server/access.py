"""Who may ask: TLS, a token that every request must carry, and of the pages in a browser those that may."""

import hmac
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import grpc
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from nst_tf.errors import InputError
from nst_tf.serve.ui import OPEN_ROUTES

__all__ = ["Tls", "TokenCheck", "is_loopback", "origin_middleware", "token_middleware"]

HEADER, SCHEME = "authorization", b"bearer"
OPEN = ("/grpc.health.v1.Health/",)  # probes carry no token
PAGE = "X-Requested-With"  # which forms cannot send, and pages of others only if they are allowed to
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": f"Authorization, Content-Type, {PAGE}",
    "Access-Control-Max-Age": "600",
}


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
    scheme, _, rest = given.partition(b" ")
    return scheme.lower() == SCHEME and hmac.compare_digest(rest.strip(b" "), token.encode())


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


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by itself; `127.0.0.1.nip.io` is what its owner says."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_middleware(loopback: bool, allowed: Collection[str]) -> Middleware:
    """Refuses what pages of others make a browser ask for, which reaches also servers that only this machine can reach.

    Args:
        loopback: Whether only this machine can reach the server. A name that is not its own was then made to lead here
            by whoever owns it, and whose pages could read the answers.
        allowed: Origins of pages that may ask nevertheless, as browsers name them: `https://example.com`.
    """
    hosts = {urlsplit(origin).netloc for origin in allowed}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host, origin = request.headers.get("Host", "localhost").lower(), request.headers.get("Origin")
        if loopback and host not in hosts and not is_loopback(_name(host)):
            return _forbidden(f"the host {host[:100]!r} is not this machine, for which alone this server is")
        if origin in allowed:
            answer = web.Response(status=204) if request.method == "OPTIONS" else await handler(request)
            answer.headers.update({"Access-Control-Allow-Origin": origin, "Vary": "Origin", **PREFLIGHT})
            return answer
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            return _forbidden(f"pages of {origin[:100]!r} may not ask; see --allow-origin")
        if origin is not None and request.method == "POST" and PAGE not in request.headers:
            return _forbidden(f"from a page, the header {PAGE} is needed")
        return await handler(request)

    return check


def _name(host: str) -> str:
    """The name or number of a host, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _forbidden(reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=403)
