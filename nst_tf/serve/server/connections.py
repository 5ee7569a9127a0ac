"""Connections to the REST port: fewer than the files that a process may have open, and none that waits for ever.

They are taken here and not by aiohttp's sites, which take whatever comes and count none of them, until no file can be
opened any more; that stops gRPC and the models, too.
"""

import asyncio
import contextlib
import logging
import re
import resource
import select
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.typedefs import Handler

__all__ = ["CLIENTS", "IDLE", "LINGERING", "Connections"]

MOST = 512
SHARE = 2  # of the files that may be open, connections have one in so many; models and gRPC have the rest
PATIENCE = 20.0  # seconds for the handshake of TLS, and for the headers of the first request
IDLE = 75.0  # seconds between two requests
KEPT = 0.015  # seconds in which a connection, after it was heard of, is not closed for another one
TURNS = 3  # of the loop, from taking a connection to reading what it says at once
LINGERING = 2.0  # seconds to go on reading a body that was refused, so that the answer is not lost
HEADED = re.compile(rb"\n\r?\n|\A[^A-Za-z\r\n]")  # the end of headers, or what is no HTTP and is told so at once
LONGEST = 2**14  # bytes of headers; aiohttp refuses fewer
BACKLOG = 1024
PAUSE = 0.5  # seconds until another try when no connection could be taken
RARELY = 10.0  # seconds between two lines in the log
FAULTS = (HttpProcessingError, web.RequestPayloadError, OSError)  # of clients


@dataclass(eq=False)
class _Connection:
    socket: socket.socket
    heard: float  # time of the loop
    opening: asyncio.Task | None = None
    transport: asyncio.BaseTransport | None = None
    request: web.Request | None = None
    headed: bool = False  # whether the headers of the first request were read,
    asked: bool = False  # and given to its handler
    received: int = 0  # of the body that is on its way, when that was looked at last

    @property
    def is_open(self) -> bool:
        return self.socket.fileno() >= 0

    @property
    def is_busy(self) -> bool:
        """Whether there is a complete request that waits for its answer, or may be."""
        if self.request is None:
            return self.headed and not self.asked
        return self.request.content.is_eof()

    @property
    def is_sending(self) -> bool:
        """Whether there is more of an answer than was taken so far."""
        return isinstance(self.transport, asyncio.Transport) and self.transport.get_write_buffer_size() > 0

    def listen(self, now: float) -> None:
        """Notes whether more of a body has come since this was looked at last."""
        received = self.request.content.total_bytes if self.request else 0
        if received != self.received:
            self.received, self.heard = received, now

    async def head(self) -> bytearray:
        """What comes first, up to the end of the headers of a request.

        Nothing else is done for a connection before, so that many that never come so far cost little.

        Raises:
            OSError: It was closed.
        """
        loop, head = asyncio.get_running_loop(), bytearray()
        while not (HEADED.search(head) or len(head) > LONGEST):
            more = await loop.sock_recv(self.socket, LONGEST)
            if not more:
                raise ConnectionResetError("closed before anything was asked")
            head += more
            self.heard = loop.time()
        self.headed = True
        return head

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        else:
            self.opening.add_done_callback(lambda _: self.socket.close())  # it may not have begun
            self.opening.cancel()


class _Begun(asyncio.Protocol):
    """Gives a connection to what speaks with it, and to that what has come before."""

    def __init__(self, one: _Connection, protocol: Callable[[], asyncio.Protocol], head: bytearray):
        self._one, self._protocol, self._head = one, protocol, head

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        speaker = self._protocol()
        self._one.transport = transport  # its handler is called before anybody else is told of it
        transport.set_protocol(speaker)
        speaker.connection_made(transport)
        speaker.data_received(bytes(self._head))


class Connections:
    """Takes connections for an aiohttp server.

    When there are as many as may be, those of which nothing has come for the longest time make room for new ones, and
    last whoever does not take an answer. Those whose requests are being answered stay, and all for a moment after they
    were heard of; if there are no others, new ones are closed.

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
            return await handler(request)
        finally:
            one.request, one.heard = None, clock()

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
        """Takes no more, and closes those that have not asked for anything yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in self._listeners:
            listener.close()
        for one in self._all:
            if one.transport is None:
                one.abort()

    async def _take(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                taken, _ = await loop.sock_accept(listener)
            except OSError as error:  # too many open files, or one that was closed again
                CLIENTS.warning("cannot take a connection: %s", error)
                await asyncio.sleep(PAUSE)
                continue
            # All that wait, at once: in a flood, whoever comes in good faith is behind many others.
            new = [taken, *_waiting(listener, self.most // 2)]
            room = await self._make_room(len(new))
            for refused in new[room:]:
                refused.close()
            for one in (_Connection(taken, loop.time()) for taken in new[:room]):
                one.opening = loop.create_task(self._open(one, protocol))
                self._all.append(one)

    async def _make_room(self, wanted: int) -> int:
        """For how many connections there is room, at most as many as are wanted."""
        for patience in (KEPT, 0.0):
            for _ in range(TURNS if len(self._all) + wanted > self.most else 0):
                await asyncio.sleep(0)  # what has come may not have been read, if the loop was held up
            self._all = [one for one in self._all if one.is_open]
            over = len(self._all) + wanted - self.most
            if over <= 0:
                return wanted
            CLIENTS.warning("there are %d connections, the most that may be; some that wait are closed", self.most)
            now = asyncio.get_running_loop().time()
            soonest = self._close_longest(over, now, patience)
            if soonest is not None:
                await asyncio.sleep(soonest + patience - now)  # in which others wait with the system
        return max(0, min(wanted, self.most - len(self._all)))

    def _close_longest(self, count: int, now: float, patience: float) -> float | None:
        """Closes so many, of those of which nothing has come for that long; gives when the next was heard of."""
        waiting = _without_news([one for one in self._all if not one.is_busy])
        for one in waiting:
            one.listen(now)
        for one in sorted(waiting, key=lambda one: (one.is_sending, one.heard))[:count]:
            if now - one.heard < patience:
                return one.heard
            self._all.remove(one)
            one.abort()
        return None

    async def _open(self, one: _Connection, protocol: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(PATIENCE, lambda: one.asked or not one.is_open or one.abort())
        try:
            if self._context:
                patience = {"ssl_handshake_timeout": PATIENCE}
                opened = loop.connect_accepted_socket(protocol, one.socket, ssl=self._context, **patience)
            else:
                begun = _Begun(one, protocol, await one.head())
                opened = loop.connect_accepted_socket(lambda: begun, one.socket)
            one.transport, _ = await opened
        except OSError:  # whoever it was does not speak TLS, or is gone
            one.socket.close()


def _without_news(connections: list[_Connection]) -> list[_Connection]:
    """Those of which everything that came was read; with one word to the system, for each gives up the turn."""
    asked = select.poll()
    for one in connections:
        asked.register(one.socket, select.POLLIN)
    news = {number for number, _ in asked.poll(0)}
    return [one for one in connections if one.socket.fileno() not in news]


def _waiting(listener: socket.socket, most: int) -> list[socket.socket]:
    """The connections that wait to be taken, at most so many."""
    taken = []
    with contextlib.suppress(OSError):  # there are no more, or no more files
        while len(taken) < most:
            taken.append(listener.accept()[0])
    for one in taken:
        one.setblocking(False)
    return taken


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
