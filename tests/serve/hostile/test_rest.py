"""Attacks over REST, while good requests go on; all from this machine, to a server of the tests."""

import contextlib
import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from nst_tf.serve.codec.json_text import MOST_LISTS, MOST_NAMES, MOST_VALUES

GOOD = b'{"signature_name": "several", "inputs": {"a": [[1, 2], [3, 4]], "b": [5, 6]}}'
MIB = 2**20
MALFORMED = [
    *(GOOD[:end] for end in range(len(GOOD))),
    *(GOOD.replace(b"[5, 6]", wrong) for wrong in (b"[[5], 6]", b"[1.5, 1]", b'["a", "b"]', b"[null, 1]", b"{}")),
    *(GOOD.replace(b"several", name) for name in (b"\\ud800", b"x" * MIB, b"", b"\xff\xfe")),
    *(wrong * 1000 for wrong in (b"[", b"{", b'{"a":', b"\x00", b"\xff", b'"', b"1", b"-", b"\\", b"nul")),
    b"[1]",
    b"1",
    b'{"instances": []}',
    b'{"instances": 1' + b"0" * 5000 + b"}",
]


def half_open(server, said, number):
    """Opens connections that say something and then nothing more; returns what closes them."""
    stack = contextlib.ExitStack()
    for _ in range(number):
        one = stack.enter_context(socket.create_connection(("127.0.0.1", server.rest_port), timeout=60))
        with contextlib.suppress(ConnectionError):  # it was closed for others already
            one.sendall(said)
    return stack


def test_malformed_bodies_are_refused(target):
    with target.useful():
        for body in MALFORMED:
            status, answer = target.ask(body)
            assert (status, list(answer)) == (400, ["error"]), body[:100]
            assert 0 < len(answer["error"]) < 2000
    assert len(MALFORMED) >= 100


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: loc",
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n{",
        b"GET / HTTP/1.1\r\nthis is no header\r\n\r\n",
    ],
)
def test_half_open_connections_stop_nobody(target, said):
    """More than the server may have files open."""
    with half_open(target, said, 400), target.useful():
        for _ in range(20):
            assert target.ask(GOOD)[0] == 200


def many(value, count, before=b'{"instances": [', after=b"]}"):
    return before + b",".join([value] * count) + after


GIANTS = [
    (many(b"0.123456789", MOST_VALUES - 10), 200),
    (many(b"[]", MOST_LISTS - 10), 400),
    (many(b"[1]", MOST_LISTS - 10), 400),
    (many(b'"abcd"', MOST_VALUES - 10), 400),
    (many(b"true", MOST_VALUES - 10), 400),
    (many(b"{}", MOST_NAMES - 10), 400),
    (many(b'{"x":1}', MOST_NAMES // 2), 200),
    (many(b"[" * 29 + b"]" * 29, MOST_LISTS // 30), 400),
    (b'{"instances": ["' + b"A" * (60 * MIB) + b'"]}', 400),
    (many(b"[" * 50 + b"]" * 50, 60 * MIB // 101), 400),
]


def test_giants_that_are_permitted_keep_nobody_waiting_and_their_memory_is_given_back(target):
    def send(giant):
        body, status = giant
        return target.ask(body, timeout=120)[0], status

    with target.useful(), ThreadPoolExecutor(3) as pool:
        memory = []
        for _ in range(5):
            assert all(found in (status, 504) for found, status in pool.map(send, GIANTS))
            memory.append(target.memory)
    # The first rounds make room for as many giants at once as there may be, of which one round may have fewer.
    assert min(memory[3:]) - max(memory[:3]) < 100 * MIB, memory


@pytest.mark.parametrize(("value", "status"), [(b" ", 413), (b"[" * 50 + b"]" * 50, 413), (b"[],", 413)])
def test_bombs_are_not_unpacked(target, value, status):
    bomb = gzip.compress(value * (59 * MIB // len(value)))
    assert len(bomb) < MIB
    with target.useful():
        for _ in range(5):
            assert target.ask(bomb, headers={"Content-Encoding": "gzip"})[0] == status


def test_clients_that_go_away_leave_nothing_behind(target):
    body = json.dumps({"signature_name": "slow", "instances": [10**9]}).encode()
    head = f"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for _ in range(30):
        with half_open(target, head + body[:-1], 1):
            pass
    with target.useful():
        assert target.ask(GOOD)[0] == 200


def test_pages_of_others_are_refused(target):
    foreign = [{"Origin": f"https://{number}.example.com", "Content-Type": "text/plain"} for number in range(50)]
    foreign += [{"Host": f"127.0.0.1.{number}.nip.io"} for number in range(50)]
    with target.useful():
        for headers in foreign:
            assert target.ask(GOOD, headers=headers)[0] == 403
