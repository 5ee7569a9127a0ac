"""Bodies of requests: how they are packed, and how much they may be."""

import gzip
import json
import socket
import urllib.error
import urllib.request
import zlib

import pytest

from nst_tf.serve.server.body import RATIO, SMALL

GOOD = json.dumps({"instances": [1]}).encode()
PACKED = gzip.compress(GOOD, mtime=0)
BOMB = gzip.compress(b" " * (2 * SMALL) + GOOD, mtime=0)  # 2 kB


def answered(server, body, encoding="", path="/v1/models/toy:predict"):
    """The status of a request and what the JSON says."""
    url = f"http://127.0.0.1:{server.rest_port}{path}"
    request = urllib.request.Request(url, body, {"Content-Encoding": encoding} if encoding else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["error"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(GOOD, ""), (GOOD, "identity"), (PACKED, "gzip"), (PACKED, "GZIP"), (zlib.compress(GOOD), "deflate")],
)
def test_bodies_may_be_packed(server, body, encoding):
    assert answered(server, body, encoding) == (200, {"predictions": [2.5]})


@pytest.mark.parametrize(
    ("body", "encoding", "status", "reason"),
    [
        (b"no gzip", "gzip", 400, "not valid gzip"),
        (PACKED[:-4], "gzip", 400, "cut off"),
        (PACKED[:20] + b"xxxx" + PACKED[24:], "gzip", 400, "not valid gzip"),
        (PACKED + b"more", "gzip", 400, "behind its end"),
        (GOOD, "br", 415, "neither gzip nor deflate"),
        (BOMB, "gzip", 413, "unpacks to more than"),
        (b'{"signature_name": "\\ud800", "instances": [1]}', "", 400, "signature_name"),
        (b'{"signature_name": "text", "instances": ["\\ud800"]}', "", 400, "surrogates"),
        (b'{"instances": [{"\\ud800": 1}]}', "", 400, "keys must be equal"),
    ],
)
def test_a_body_that_is_damaged_or_a_bomb_is_refused(server, body, encoding, status, reason):
    found, message = answered(server, body, encoding)
    assert (found, reason in message) == (status, True), message


def test_what_unpacks_to_a_plausible_size_is_no_bomb(server):
    assert len(BOMB) * RATIO < SMALL
    padded = gzip.compress(b" " * (SMALL // 2) + GOOD)
    assert answered(server, padded, "gzip") == (200, {"predictions": [2.5]})


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/models/toy:predict"), ("GET", "/v1/models/toy")])
def test_a_length_that_is_too_large_is_refused_when_it_is_announced(server, method, path):
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=20) as sent:
        sent.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n".encode())
        assert sent.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_comes_too_slowly_is_refused(server, monkeypatch):
    monkeypatch.setattr("nst_tf.serve.server.body.PATIENCE", 0.2)
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=20) as sent:
        sent.sendall(b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
        assert sent.recv(1000).startswith(b"HTTP/1.1 408 ")
