"""The bodies of requests over REST: taken in time, and within bounds before and after they are unpacked."""

import asyncio
import zlib

from aiohttp import web

from nst_tf.serve.codec.refusal import invalid
from nst_tf.serve.within import within

__all__ = ["check_length", "read_body", "unpacked"]

PATIENCE = 20.0  # seconds, and as many more as what has come so far takes at the slowest rate:
SLOWEST = 2**15  # bytes a second
RATIO = 100  # by which a body may grow when it is unpacked; JSON of images and numbers becomes a tenth at best
SMALL = 2**20  # bytes that it may grow to in any case
PACKED = ("gzip", "x-gzip", "deflate")


def check_length(request: web.Request, largest: int) -> None:
    """Checks the length that a request announces.

    Raises:
        HTTPRequestEntityTooLarge: It is above `largest`.
    """
    if (request.content_length or 0) > largest:
        raise web.HTTPRequestEntityTooLarge(largest, request.content_length or 0)


async def read_body(request: web.Request, largest: int) -> bytearray:
    """The body of a request as it was sent.

    Raises:
        HTTPRequestEntityTooLarge: It has more than `largest` bytes.
        HTTPRequestTimeout: It comes too slowly.
    """
    body, clock = bytearray(), asyncio.get_running_loop().time
    begun = clock()
    while not request.content.at_eof():
        left = begun + PATIENCE + len(body) / SLOWEST - clock()
        try:
            body += await within(left, request.content.readany())
        except asyncio.TimeoutError:
            raise web.HTTPRequestTimeout(text=f"after {clock() - begun:.0f} s the body was not complete") from None
        if len(body) > largest:
            raise web.HTTPRequestEntityTooLarge(largest, len(body))
    return body


def unpacked(body: bytearray, encoding: str, largest: int) -> bytes | bytearray:
    """A body without its compression.

    Args:
        body: As it was sent.
        encoding: The `Content-Encoding`.
        largest: Most bytes.

    Raises:
        HTTPUnsupportedMediaType: The encoding is unknown.
        HTTPRequestEntityTooLarge: It would grow to more than `largest` bytes, or to more than is plausible.
        Refusal: INVALID_ARGUMENT, it is damaged.
    """
    if encoding.lower() in ("", "identity"):
        return body
    if encoding.lower() not in PACKED:
        raise web.HTTPUnsupportedMediaType(text=f"Content-Encoding {encoding[:50]!r} is neither gzip nor deflate")
    most = min(largest, max(SMALL, RATIO * len(body)))
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # of both kinds
    try:
        data = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise invalid(f"the body is not valid {encoding.lower()}: {error}") from error
    if len(data) > most:
        text = f"the body unpacks to more than {most} bytes, from {len(body)}"
        raise web.HTTPRequestEntityTooLarge(most, len(data), text=text)
    if not stream.eof or stream.unused_data:
        what = "has something behind its end" if stream.eof else "is cut off"
        raise invalid(f"the {encoding.lower()} of the body {what}")
    return data
