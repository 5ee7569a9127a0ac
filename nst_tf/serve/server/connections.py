"""Connections to the REST port: fewer than the files that a process may have open, and none that waits for ever.

They are taken here and not by aiohttp's sites, which take whatever comes and count none of them, until no file can be
opened any more; that stops gRPC and the models, too.
"""

import asyncio
import logging
import math
import resource
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.typedefs import Handler

__all__ = ["CLIENTS", "IDLE", "LINGERING", "Connections"]

MOST = 512
SHARE = 4  # of the files that may be open, connections have one in so many
PATIENCE = 20.0  # seconds for the handshake of TLS, and for the headers of the first request
IDLE = 75.0  # seconds between two requests
KEPT = 0.25  # seconds after an answer, other than a refusal, in which a connection is not closed for another one
LINGERING = 2.0  # seconds to go on reading a body that was refused, so that the answer is not lost
BACKLOG = 1024
BREATH = 0.001  # seconds for a new connection to say what it wants, before another one may take its place
PAUSE = 0.5  # seconds until another try when no connection could be taken
RARELY = 10.0  # seconds between two lines in the log
FAULTS = (HttpProcessingError, web.RequestPayloadError, OSError)  # of clients


@dataclass(eq=False)
class _Connection:
    socket: socket.socket
    opening: asyncio.Task | None = None
    transport: asyncio.BaseTransport | None = None
    request: web.Request | None = None
    asked: bool = False
    received: int = 0  # of the body that is on its way, when that was looked at last
    heard: float = -math.inf
    answered: float = -math.inf

    @property
    def is_open(self) -> bool:
        return self.socket.fileno() >= 0

    @property
    def is_busy(self) -> bool:
        """Whether there is a complete request that waits for its answer."""
        return self.request is not None and self.request.content.is_eof()

    @property
    def is_sending(self) -> bool:
        """Whether there is more of an answer than was taken so far."""
        return isinstance(self.transport, asyncio.Transport) and self.transport.get_write_buffer_size() > 0

    def place(self, now: float) -> tuple[bool, float] | None:
        """Of all connections, that with the least is closed for another one; `None` for one that stays.

        That of which nothing has come for the longest time goes first, and last whoever does not take an answer.
        """
        if self.is_busy or now - self.answered < KEPT:
            return None
        received = self.request.content.total_bytes if self.request else 0
        if received != self.received:
            self.received, self.heard = received, now
        return self.is_sending, self.heard

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        else:
            self.opening.add_done_callback(lambda _: self.socket.close())  # it may not have begun
            self.opening.cancel()


class Connections:
    """Takes connections for an aiohttp server.

    When there are as many as may be, that of which nothing has come for the longest time makes room for a new one.
    Those whose requests are being answered, or were just now, stay; if all are such, the new one is closed.

    Args:
        context: Of TLS.

    Attributes:
        most: How many there may be.
    """

    def __init__(self, context: ssl.SSLContext | None):
        self._context = context
        self.most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // SHARE)
        self._all: list[_Connection] = []  # the newest last
        self._listeners: list[socket.socket] = []
        self._tasks: list[asyncio.Task] = []

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Sees which connections have a request under way."""
        one = next((one for one in self._all if one.transport is request.transport), None)
        if one is None:  # it was closed meanwhile
            return await handler(request)
        clock = asyncio.get_running_loop().time
        one.request, one.asked, one.received, one.heard = request, True, 0, clock()
        try:
            response = await handler(request)
        finally:
            one.request = None
        if response.status < 400:
            one.answered = one.heard = clock()
        return response

    async def listen(self, protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> int:
        """Takes connections from now on; returns the port.

        Args:
            protocol: Makes what speaks with a connection.
            host: Address to listen on.
            port: 0 takes a free one.

        Raises:
            OSError: The port is in use, or the address not this machine's.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        try:
            for family, _, _, _, address in found:
                self._listeners.append(socket.create_server(address, family=family, backlog=BACKLOG))
        except OSError:
            await self.close()
            raise
        for listener in self._listeners:
            listener.setblocking(False)
            self._tasks.append(loop.create_task(self._take(listener, protocol)))
        return self._listeners[0].getsockname()[1]

    async def close(self) -> None:
        """Takes no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in self._listeners:
            listener.close()

    async def _take(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                taken, _ = await loop.sock_accept(listener)
            except OSError as error:  # too many open files, or one that was closed again
                CLIENTS.warning("cannot take a connection: %s", error)
                await asyncio.sleep(PAUSE)
                continue
            if len(self._all) >= self.most:
                await asyncio.sleep(BREATH)
            if not self._make_room():
                taken.close()
                continue
            one = _Connection(taken, heard=loop.time())
            one.opening = loop.create_task(self._open(one, protocol))
            self._all.append(one)

    def _make_room(self) -> bool:
        self._all = [one for one in self._all if one.is_open]
        if len(self._all) < self.most:
            return True
        CLIENTS.warning("there are %d connections, the most that may be; one that waits is closed", self.most)
        now = asyncio.get_running_loop().time()
        waiting = [(place, one) for one in self._all if (place := one.place(now)) is not None]
        if waiting:
            _, longest = min(waiting, key=lambda pair: pair[0])  # of equals, the oldest
            self._all.remove(longest)
            longest.abort()
        return bool(waiting)

    async def _open(self, one: _Connection, protocol: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        patience = {"ssl_handshake_timeout": PATIENCE} if self._context else {}
        try:
            one.transport, _ = await loop.connect_accepted_socket(protocol, one.socket, ssl=self._context, **patience)
        except OSError:  # whoever it was does not speak TLS, or is gone
            one.socket.close()
        else:
            loop.call_later(PATIENCE, lambda: one.asked or one.abort())


class _Rarely(logging.Filter):
    """Of what clients do wrong, a line now and then without a traceback: whoever does it could fill the disk."""

    def __init__(self):
        super().__init__()
        self._next, self._left_out = 0.0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, FAULTS):
            return True
        if record.created < self._next:
            self._left_out += 1
            return False
        more = f" ({self._left_out} more such lines were left out)" if self._left_out else ""
        text = " ".join(f"{record.getMessage()}{f': {error}' if error else ''}".split())
        record.msg, record.args, record.exc_info = f"{text[:300]}{more}", (), None
        self._next, self._left_out = record.created + RARELY, 0
        return True


CLIENTS = logging.getLogger("nst_tf.serve.clients")
CLIENTS.addFilter(_Rarely())
