"""Attacks over REST, and over bare connections to its port."""

import base64
import contextlib
import gzip
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.attacks.answer import Answer, rest_answer
from benchmarks.attacks.attacked import PATIENCE, Attacked
from benchmarks.attacks.over_grpc import LENGTHY
from nst_tf.samples import sample
from nst_tf.serve.codec.json_text import MOST_LISTS, MOST_NAMES, MOST_VALUES

__all__ = ["GIANTS", "MALFORMED", "bombs", "closed_sockets", "foreign_pages", "giants", "half_open", "malformed_bodies"]

MIB = 2**20
GOOD = b'{"signature_name": "pixels", "inputs": {"image": [[[[0.5, 0.5, 0.5]]]]}}'
SMALL_IMAGE = b'{"instances": [{"b64": "AAAA"}]}'
# Each of them is refused by itself, whatever model there is.
MALFORMED = [
    *(GOOD[:end] for end in range(len(GOOD))),
    *(GOOD.replace(b"0.5, 0.5", wrong) for wrong in (b"[5], 0.5", b'"a", "b"', b"null, 1", b"{}, 1", b"1e999, 1")),
    *(GOOD.replace(b"pixels", name) for name in (b"\\ud800", b"x" * MIB, b"pixel", b"\xff\xfe")),
    *(wrong * 1000 for wrong in (b"[", b"{", b'{"a":', b"\x00", b"\xff", b'"', b"1", b"-", b"\\", b"nul")),
    b"[1]",
    b"1",
    b"{}",
    b'{"instances": []}',
    b'{"instances": ["\\ud800"]}',
    b'{"inputs": 1, "instances": [1]}',
    b'{"instances": [{"b64": "A"}]}',
    b'{"instances": [{"b64": "=AAA"}]}',
    b'{"instances": 1' + b"0" * 5000 + b"}",
]
SAID = [
    b"",
    b"POST /v1/models/features:predict HTTP/1.1\r\nHost: loc",
    b"POST /v1/models/features:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    b"POST /v1/models/features:predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"POST /v1/models/features:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n{",
    b"GET / HTTP/1.1\r\nthis is no header\r\n\r\n",
]


def _many(value: bytes, count: int, before: bytes = b'{"instances": [', after: bytes = b"]}") -> bytes:
    return before + b",".join([value] * count) + after


def _pixels(side: int) -> bytes:
    row = _many(b"[0.12345,0.5,1]", side, b"[", b"]")
    return _many(row, side, b'{"signature_name": "pixels", "inputs": [[', b"]]}")


# Bodies just below what is permitted; those that fit a signature are answered.
GIANTS = [
    (_pixels(512), 200),
    (_many(b"0.123456789", MOST_VALUES - 10), 400),
    (_many(b"[]", MOST_LISTS - 10), 400),
    (_many(b"[1]", MOST_LISTS - 10), 400),
    (_many(b'"abcd"', MOST_VALUES - 10), 400),
    (_many(b"{}", MOST_NAMES - 10), 400),
    (_many(b'{"x":1}', MOST_NAMES // 2), 400),
    (_many(b"[" * 29 + b"]" * 29, MOST_LISTS // 30), 400),
    (b'{"instances": [{"b64": "' + b"A" * (60 * MIB) + b'"}]}', 400),
    (b'{"instances": ["' + b"\\n" * (30 * MIB) + b'"]}', 400),
    (_many(b"[" * 50 + b"]" * 50, 60 * MIB // 101), 400),
]


def malformed_bodies(server: Attacked) -> Iterator[Answer]:
    """Bodies that are no JSON, or JSON that is no request."""
    for body in MALFORMED:
        yield rest_answer("malformed body", server.post(body), [400], body)


def giants(server: Attacked) -> Iterator[Answer]:
    """Bodies as large as they may be, three at once; those that have to wait for others may be too late."""
    with ThreadPoolExecutor(3) as pool:
        found = pool.map(server.post, [body for body, _ in GIANTS])
        for (body, status), answer in zip(GIANTS, found, strict=True):
            yield rest_answer("permitted giant", answer, [status, 504], body)


def bombs(server: Attacked) -> Iterator[Answer]:
    """Small bodies that unpack to large ones."""
    for value in (b" ", b"[" * 50 + b"]" * 50, b"[],"):
        body = gzip.compress(value * (59 * MIB // len(value)))
        for _ in range(5):
            yield rest_answer("bomb", server.post(body, {"Content-Encoding": "gzip"}), [413], value)


def half_open(server: Attacked, number: int) -> Iterator[Answer]:
    """Connections that say something and then nothing more, more than the server may have files open."""
    with open(sample("neuschwanstein"), "rb") as file:
        good = json.dumps({"instances": [{"b64": base64.b64encode(file.read()).decode()}]}).encode()
    for said in SAID:
        with _connections(server, said, number):
            for _ in range(5):
                yield rest_answer("beside half-open ones", server.post(good), [200], said)


@contextlib.contextmanager
def _connections(server: Attacked, said: bytes, number: int) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            address = server.server.host, server.server.rest_port
            one = stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
            with contextlib.suppress(ConnectionError):  # it was closed for others already
                one.sendall(said)
        yield


def closed_sockets(server: Attacked, number: int) -> Iterator[Answer]:
    """Requests that take long, whose clients go away before and after all is sent; the next request is answered."""
    inputs = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in LENGTHY.items()}
    inputs["image"] = [[[[0.5] * 3] * 64] * 64]
    inputs |= {"octave_scale": [1.4], "seed": [0], "weights": [[1, 1, 1]]}
    body = json.dumps({"signature_name": "pixels", "inputs": inputs}).encode()
    path = b"POST /v1/models/dream:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    head = path + str(len(body)).encode() + b"\r\n\r\n"
    for turn in range(number):
        with _connections(server, head + (body if turn % 2 else body[:-1]), 1):
            pass
    brief = json.dumps({"signature_name": "pixels", "inputs": inputs | {"size": [64], "steps": [[1]]}}).encode()
    answer = server.post(brief, path="/v1/models/dream:predict")
    yield rest_answer("after closed sockets", answer, [200], body)


def foreign_pages(server: Attacked, number: int) -> Iterator[Answer]:
    """What pages of others make a browser send, and names that lead here by the will of their owners."""
    for turn in range(number):
        origin = {"Origin": f"https://{turn}.example.com", "Content-Type": "text/plain"}
        headers = origin if turn % 2 else {"Host": f"127.0.0.1.{turn}.nip.io"}
        yield rest_answer("page of others", server.post(SMALL_IMAGE, headers), [403], repr(headers).encode())
