"""Who may ask: certificates of an authority made for the test, and a token."""

import json
import shutil
import ssl
import urllib.error
import urllib.request

import grpc
import pytest
import trustme
from grpc_health.v1 import health_pb2, health_pb2_grpc

from nst_tf.errors import InputError
from nst_tf.serve.client import Client
from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.access import Tls, is_loopback

from ..running import running

X, ANSWER = {"x": [1.0]}, [2.5]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Files of an authority, and of a certificate for 127.0.0.1 that it has signed."""
    folder, made = tmp_path_factory.mktemp("certificates"), trustme.CA()
    issued = made.issue_cert("127.0.0.1")
    made.cert_pem.write_to_path(folder / "authority.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    return folder


@pytest.fixture(scope="module")
def models(toy_versions, tmp_path_factory):
    """A folder of models with version 2 of the toy."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(toy_versions[2], folder / "toy" / "2")
    return folder


@pytest.fixture(scope="module")
def encrypted(models, authority):
    """A server with a certificate."""
    with running(models, tls=Tls(authority / "key.pem", authority / "certificate.pem")) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(models):
    """A server that wants the token `secret`."""
    with running(models, token="secret") as server:
        yield server


@pytest.mark.parametrize("rest", [False, True])
def test_tls(encrypted, authority, rest):
    address = f"127.0.0.1:{encrypted.rest_port if rest else encrypted.port}"
    with Client(address, rest=rest, authority=authority / "authority.pem") as client:
        assert client.predict("toy", X)["y"].tolist() == ANSWER
    with Client(address, rest=rest, tls=True, timeout=1) as client, pytest.raises(Refusal) as caught:
        client.predict("toy", X)
    assert caught.value.code.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED")


def test_a_client_without_a_certificate_is_turned_away_if_it_needs_one(models, authority):
    files = [authority / name for name in ("key.pem", "certificate.pem", "authority.pem")]
    with running(models, tls=Tls(*files)) as server:
        address = f"127.0.0.1:{server.rest_port}"
        with Client(address, rest=True, authority=files[2], timeout=1) as client, pytest.raises(Refusal):
            client.status("toy")
        context = ssl.create_default_context(cafile=files[2])
        context.load_cert_chain(files[1], files[0])
        with urllib.request.urlopen(f"https://{address}/v1/models/toy", context=context, timeout=10) as response:
            assert response.status == 200
        key, certificate, roots = (path.read_bytes() for path in files)
        credentials = grpc.ssl_channel_credentials(roots, key, certificate)
        with grpc.secure_channel(f"127.0.0.1:{server.port}", credentials) as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_files_that_are_no_certificates_are_refused_by_their_names(models, authority):
    with (
        pytest.raises(InputError, match=r"missing\.pem"),
        running(models, tls=Tls(authority / "missing.pem", authority / "certificate.pem")),
    ):
        pass
    with pytest.raises(InputError, match=r"cannot use .*authority\.pem"):
        Tls(authority / "key.pem", authority / "authority.pem").rest()


@pytest.mark.parametrize("rest", [False, True])
def test_a_token(guarded, rest):
    address = f"127.0.0.1:{guarded.rest_port if rest else guarded.port}"
    with Client(address, rest=rest, token="secret") as client:
        assert client.predict("toy", X)["y"].tolist() == ANSWER
        assert client.status("toy")[0].version == 2
    for token in ("", "Secret", "secret2"):
        with Client(address, rest=rest, token=token) as client, pytest.raises(Refusal, match="Bearer") as caught:
            client.predict("toy", X)
        assert caught.value.code.name == "UNAUTHENTICATED"


def test_probes_need_no_token(guarded):
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(urllib.error.HTTPError, match="401") as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{guarded.rest_port}/monitoring/prometheus/metrics", timeout=10)
        caught.value.close()


def asked(server, path="/v1/models/toy:predict", body=None, headers=None, method=None):
    """The status of a request, and the headers of its answer."""
    data = None if body is None else json.dumps(body).encode()
    url = f"http://127.0.0.1:{server.rest_port}{path}"
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers


def test_the_scheme_of_a_token_is_bearer_in_any_case(guarded):
    for scheme, status in {"bearer": 200, "BEARER": 200, "Bearer ": 200, "Basic": 401, "": 401}.items():
        assert asked(guarded, "/v1/models/toy", headers={"Authorization": f"{scheme} secret"})[0] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("127.1.2.3:80", 200),
        ("[::1]:8501", 200),
        ("127.0.0.1.nip.io", 403),
        ("localhost.example.com:8501", 403),
        ("192.168.1.5", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_on_loopback_only_names_of_loopback_are_answered(server, host, status):
    """Others lead here because whoever owns them has made them to."""
    for path in ("/v1/models/toy", "/monitoring/prometheus/metrics"):
        assert asked(server, path, headers={"Host": host})[0] == status


OWN = "http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Content-Type": "text/plain"}, 200),
        ({"Origin": "https://example.com", "Content-Type": "text/plain"}, 403),
        ({"Origin": "https://example.com", "X-Requested-With": "nst-tf"}, 403),
        ({"Origin": "null", "X-Requested-With": "nst-tf"}, 403),
        ({"Origin": "http://127.0.0.1:1", "X-Requested-With": "nst-tf"}, 403),
        ({"Origin": OWN}, 403),
        ({"Origin": OWN, "X-Requested-With": "nst-tf"}, 200),
    ],
)
def test_pages_of_others_may_not_ask_and_forms_neither(server, headers, status):
    given = {name: value.format(port=server.rest_port) for name, value in headers.items()}
    assert asked(server, body={"instances": [1]}, headers=given)[0] == status


def test_pages_that_are_allowed_may_ask_and_read_the_answer(models):
    page = "https://example.com"
    with running(models, origins=[page], token="secret") as server:
        status, headers = asked(server, headers={"Origin": page}, method="OPTIONS")
        assert (status, headers["Access-Control-Allow-Origin"]) == (204, page)
        assert "Authorization" in headers["Access-Control-Allow-Headers"]
        given = {"Origin": page, "Authorization": "Bearer secret"}
        status, headers = asked(server, body={"instances": [1]}, headers=given)
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, page)
        assert asked(server, body={"instances": [1]}, headers={"Origin": page})[0] == 401
        assert asked(server, body={"instances": [1]}, headers=given | {"Host": "example.com"})[0] == 200
        assert asked(server, body={"instances": [1]}, headers=given | {"Origin": "https://example.org"})[0] == 403


def test_a_name_that_only_begins_as_loopback_does_is_not():
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("127.0.0.1.nip.io", "0.0.0.0", "::", "127.", "example.com", "")))
