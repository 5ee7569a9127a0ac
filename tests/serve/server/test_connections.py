"""Connections that ask for nothing, or for something that never comes."""

import contextlib
import logging
import shutil
import socket
import ssl
import urllib.request

import pytest
import trustme

from nst_tf.serve.server import connections
from nst_tf.serve.server.access import Tls

from ..running import running, wait_for

ASK = b"GET /v1/models/toy HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def models(toy_versions, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(toy_versions[2], folder / "toy" / "2")
    return folder


@pytest.fixture
def few(models, monkeypatch):
    """A server that takes eight connections."""
    monkeypatch.setattr(connections, "MOST", 8)
    with running(models) as server:
        yield server


@pytest.fixture
def connect():
    """Makes connections that say something, and are closed at the end."""
    with contextlib.ExitStack() as stack:

        def open_one(server, said=b""):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", server.rest_port), timeout=5))
            one.sendall(said)
            return one

        yield open_one


def is_answered(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.rest_port}/v1/models/toy", timeout=10) as answer:
        return answer.status == 200


def is_closed(one):
    """Waits until the other side has closed a connection."""
    try:
        while one.recv(1000):
            pass
    except ConnectionError:
        pass
    return True


def test_there_are_fewer_connections_than_files_that_may_be_open(monkeypatch):
    for files, most in {256: 128, 1024: 512, 20000: 512}.items():
        monkeypatch.setattr("resource.getrlimit", lambda _, files=files: (files, files))
        assert connections.Connections(None).most == most


HALF = b"GET /v1/models/toy HTTP/1.1\r\nHost: local"
SHORT = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"


@pytest.mark.parametrize("said", [b"", HALF, SHORT])
def test_those_that_wait_longest_make_room(few, connect, said):
    waiting = [connect(few, said) for _ in range(20)]
    for _ in range(3):
        assert is_answered(few)
    assert all(map(is_closed, waiting[:12]))
    waiting[-1].setblocking(False)
    with pytest.raises(BlockingIOError):
        waiting[-1].recv(1)


def test_those_that_are_being_answered_stay(few, connect):
    steps = b'{"signature_name": "slow", "instances": [2000]}'
    head = f"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(steps)}\r\n\r\n"
    asking = connect(few, head.encode() + steps)
    assert wait_for(lambda: few.models["toy"].versions[2]._users == 1)
    for _ in range(20):
        connect(few)
    assert asking.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_connection_of_which_something_was_not_read_yet_is_not_closed_for_another():
    pairs = [socket.socketpair() for _ in range(3)]
    waiting = [connections._Connection(here, 0.0) for here, _ in pairs]
    pairs[1][1].sendall(b"G")
    assert connections._without_news(waiting) == [waiting[0], waiting[2]]
    for one in (one for pair in pairs for one in pair):
        one.close()


def test_an_upload_that_goes_on_and_one_that_asks_again_survive_a_flood(few, connect):
    body = b'{"instances": [1]}'
    head = f"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    sending, again = connect(few, head.encode()), connect(few)
    for number in range(len(body)):
        sending.sendall(body[number : number + 1])
        again.sendall(ASK)
        assert again.recv(2000).startswith(b"HTTP/1.1 200 ")
        for said in (b"", HALF, SHORT):
            connect(few, said)
    assert sending.recv(2000).startswith(b"HTTP/1.1 200 ")


def test_headers_may_come_in_pieces_and_more_than_one_request_at_once(few, connect):
    one = connect(few)
    for said in (ASK[:1], ASK[1:-1], ASK[-1:] + ASK):
        one.sendall(said)
    answer = b""
    while answer.count(b"HTTP/1.1 ") < 2 and (more := one.recv(2000)):
        answer += more
    assert answer.count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"?"]
)
def test_what_is_no_request_is_told_so_at_once(few, connect, said):
    assert connect(few, said).recv(2000).startswith(b"HTTP/1.0 400 ")


def test_headers_without_an_end_are_refused(few, connect):
    asking = connect(few, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * connections.LONGEST)
    assert asking.recv(2000).startswith(b"HTTP/1.0 400 ")


def test_those_that_have_not_asked_are_closed_at_the_end(models, connect):
    with running(models) as server:
        waiting = [connect(server, said) for said in (b"", HALF)]
        assert is_answered(server)
    assert all(map(is_closed, waiting))


@pytest.mark.parametrize("said", [b"", HALF])
def test_headers_that_do_not_come_are_not_waited_for(few, connect, monkeypatch, said):
    monkeypatch.setattr(connections, "PATIENCE", 0.1)
    assert is_closed(connect(few, said))
    kept = connect(few, ASK)
    assert kept.recv(2000).startswith(b"HTTP/1.1 200 ")
    assert is_closed(connect(few))
    kept.sendall(ASK)
    assert kept.recv(2000).startswith(b"HTTP/1.1 200 ")


def test_a_handshake_that_does_not_come_counts_and_ends(models, connect, monkeypatch, tmp_path):
    monkeypatch.setattr(connections, "MOST", 8)
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with running(models, tls=Tls(tmp_path / "key.pem", tmp_path / "certificate.pem")) as server:
        waiting = [connect(server) for _ in range(20)]
        connect(server, b"this is no TLS" * 100)
        with urllib.request.urlopen(
            f"https://127.0.0.1:{server.rest_port}/v1/models/toy", context=context, timeout=10
        ) as answer:
            assert answer.status == 200
        assert all(map(is_closed, waiting[:12]))


def test_what_clients_do_wrong_is_one_line_now_and_then_without_a_traceback(few, connect, caplog, monkeypatch):
    monkeypatch.setattr(connections.CLIENTS.filters[0], "_next", 0.0)
    for _ in range(20):
        one = connect(few, b"GET / HTTP/1.1\r\nno header\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.0 400 ")
    lines = [record for record in caplog.records if record.name == connections.CLIENTS.name]
    assert len(lines) == 1
    assert lines[0].exc_info is None
    assert len(lines[0].getMessage().splitlines()) == 1


def test_of_lines_that_were_left_out_the_next_tells_how_many(monkeypatch):
    rarely, told = connections._Rarely(), []
    for second in (0, 1, 2, 100, 200):
        record = logging.makeLogRecord({"msg": "a fault", "created": 1000.0 + second})
        told += [record.getMessage()] if rarely.filter(record) else []
    assert told == ["a fault", "a fault (2 more such lines were left out)", "a fault"]


def test_a_fault_of_ours_keeps_its_traceback():
    rarely = connections._Rarely()
    for _ in range(2):
        record = logging.makeLogRecord({"msg": "a fault", "exc_info": (KeyError, KeyError(1), None)})
        assert rarely.filter(record)
        assert record.exc_info


def test_connections_that_wait_are_taken_together_up_to_a_number():
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listener, contextlib.ExitStack() as stack:
        listener.setblocking(False)
        for _ in range(5):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        taken = [[stack.enter_context(one) for one in connections._waiting(listener, most)] for most in (3, 8)]
        assert [len(some) for some in taken] == [3, 2]
        assert not any(one.getblocking() for some in taken for one in some)
        assert connections._waiting(listener, 8) == []
