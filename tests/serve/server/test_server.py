"""What is the embedded server's own."""

import asyncio
import contextlib
import itertools
import json
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from nst_tf.errors import InputError, NstError
from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.config import config_of_folder
from nst_tf.serve.server.models import Models
from nst_tf.serve.server.server import Server, ServerSettings
from nst_tf.serve.server.version import Version

from ..running import running, wait_for
from ..stock import StockClient

X = {"x": np.ones(1, np.float32)}
ENDLESS, SHORT = {"steps": np.array([10**9], np.int32)}, {"steps": np.array([20000], np.int32)}


@pytest.fixture
def start(put, tmp_path, monkeypatch):
    """Starts a server of one toy, with settings; returns it with a stock client."""
    monkeypatch.setattr("nst_tf.serve.server.server.CLOSING", 0.1)
    put(2)
    clients = []
    with contextlib.ExitStack() as stack:

        def begin(**settings):
            server = stack.enter_context(running(tmp_path / "models", **settings))
            clients.append(StockClient(server.port))
            return server, clients[-1]

        yield begin
        for client in clients:
            client.channel.close()


@pytest.fixture
def client(server):
    """A stock client of the server that tests share."""
    made = StockClient(server.port)
    yield made
    made.channel.close()


def code_of(call):
    """The name of the status code of a call, once it is over."""
    try:
        call.result()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def text(server, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.rest_port}{path}", timeout=10) as response:
        return response.read().decode()


def test_more_requests_than_may_wait_are_refused_at_once(start):
    server, client = start(queue=2, workers=1, grace=0.1)
    request = client.request(ENDLESS, "slow")
    calls = [client.predictions.Predict.future(request, timeout=20)]
    assert wait_for(lambda: server.models["toy"].versions[2]._users == 1)
    calls += [client.predictions.Predict.future(request, timeout=20) for _ in range(2)]
    assert wait_for(lambda: len(server.models["toy"].queue) == 2)
    assert code_of(client.predictions.Predict.future(request, timeout=20)) == "RESOURCE_EXHAUSTED"
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:predict"
    with pytest.raises(urllib.error.HTTPError, match="429") as caught:
        urllib.request.urlopen(url, b'{"instances": [1]}', timeout=10)
    with caught.value:
        assert "2 requests wait for model toy already" in json.load(caught.value)["error"]


def test_what_a_client_does_not_wait_for_any_more_is_not_computed(start):
    server, client = start(workers=1)
    queue = server.models["toy"].queue
    busy = client.predictions.Predict.future(client.request(ENDLESS, "slow"), timeout=2)
    assert wait_for(lambda: server.models["toy"].versions[2]._users == 1)
    gone = client.predictions.Predict.future(client.request(ENDLESS, "slow"))
    assert wait_for(lambda: len(queue) == 1)
    gone.cancel()
    assert client.predict(X, timeout=60)["y"].tolist() == [2.5]
    assert code_of(busy) == "DEADLINE_EXCEEDED"
    assert wait_for(lambda: server.models["toy"].versions[2]._users == 0)


def test_a_call_for_which_no_time_is_left_is_over_at_once(start):
    server, _ = start(request_timeout=300)
    spec = ModelSpec(name="toy", signature_name="slow")
    with pytest.raises(Refusal, match="no answer within 0 s") as caught:
        asyncio.run(server._core.predict("rest", spec, ENDLESS, seconds=0.0))
    assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_rest_client_that_hangs_up_takes_its_request_along(start):
    server, client = start(workers=1)
    busy = client.predictions.Predict.future(client.request(ENDLESS, "slow"), timeout=2)
    assert wait_for(lambda: server.models["toy"].versions[2]._users == 1)
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:predict"
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(url, b'{"signature_name": "slow", "instances": [1000000000]}', timeout=0.3)
    assert client.predict(X, timeout=60)["y"].tolist() == [2.5]
    assert code_of(busy) == "DEADLINE_EXCEEDED"


def test_cancelled_calls_free_the_workers_and_their_places_in_the_queue(start):
    server, client = start(workers=2)
    model = server.models["toy"]
    calls = [client.predictions.Predict.future(client.request(ENDLESS, "slow")) for _ in range(8)]
    assert wait_for(lambda: model.versions[2]._users == 8 and len(model.queue) == 6)
    for call in calls:
        call.cancel()
    assert wait_for(lambda: model.versions[2]._users == 0)
    assert 'nst_tf_waiting_requests{model="toy"} 0.0' in text(server, "/monitoring/prometheus/metrics")
    assert client.predict(X)["y"].tolist() == [2.5]


def test_a_call_without_a_deadline_has_that_of_the_server(start):
    server, client = start(request_timeout=0.3)
    with pytest.raises(grpc.RpcError, match=r"no answer within 0\.3 s") as caught:
        client.predict(ENDLESS, "slow", timeout=None)
    assert caught.value.code().name == "DEADLINE_EXCEEDED"
    assert wait_for(lambda: server.models["toy"].versions[2]._users == 0)


def test_rest_has_a_time_limit(start):
    server, _ = start(rest_timeout=0.3)
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:predict"
    with pytest.raises(urllib.error.HTTPError, match="504") as caught:
        urllib.request.urlopen(url, b'{"signature_name": "slow", "instances": [1000000000]}', timeout=20)
    caught.value.close()


def test_a_message_that_is_too_large_is_refused_and_the_next_is_answered(start):
    server, client = start(max_message=1000 / 2**20)
    large = {"x": np.ones(1000, np.float32)}
    with pytest.raises(grpc.RpcError, match="larger than max") as caught:
        client.predict(large)
    assert caught.value.code().name == "RESOURCE_EXHAUSTED"
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:predict"
    with pytest.raises(urllib.error.HTTPError, match="413") as error:
        urllib.request.urlopen(url, json.dumps({"instances": [1] * 1000}).encode(), timeout=10)
    with error.value:
        assert "error" in json.load(error.value)
    assert client.predict(X)["y"].tolist() == [2.5]


@pytest.mark.parametrize("form", [{"instances": ["bad", "bad"]}, {"inputs": ["bad"]}])
def test_plain_clients_are_refused_when_all_images_fail(server, client, form):
    """Such as `curl`, which would write an empty file, and gRPC's own."""
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:predict"
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        urllib.request.urlopen(url, json.dumps({"signature_name": "images", **form}).encode(), timeout=10)
    with caught.value:
        assert "this image is bad" in json.load(caught.value)["error"]
    with pytest.raises(grpc.RpcError, match="this image is bad") as refused:
        client.predict({"image_bytes": np.array(["bad"], object)}, "images")
    assert refused.value.code().name == "INVALID_ARGUMENT"


def test_all_models_are_listed_with_the_states_of_their_versions(server):
    version = {"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in ("/v1/models", "/v1/models/"):
        assert json.loads(text(server, path)) == {"models": [{"name": "toy", "model_version_status": [version]}]}


def test_other_methods_are_not_implemented(server, client):
    methods = {
        client.predictions.Classify: ClassificationRequest(),
        client.predictions.Regress: RegressionRequest(),
        client.predictions.MultiInference: MultiInferenceRequest(),
    }
    for method, request in methods.items():
        with pytest.raises(grpc.RpcError, match="call Predict") as caught:
            method(request, timeout=10)
        assert caught.value.code().name == "UNIMPLEMENTED"
    url = f"http://127.0.0.1:{server.rest_port}/v1/models/toy:classify"
    with pytest.raises(urllib.error.HTTPError, match="501") as error:
        urllib.request.urlopen(url, b"{}", timeout=10)
    error.value.close()


def test_the_health_service_answers(client):
    health = health_pb2_grpc.HealthStub(client.channel)
    for service in ("", "tensorflow.serving.PredictionService"):
        request = health_pb2.HealthCheckRequest(service=service)
        assert health.Check(request, timeout=10).status == health_pb2.HealthCheckResponse.SERVING


def test_metrics_count_requests_by_the_code_of_their_answer(start):
    server, client = start()
    client.predict(X)
    for model, signature in (("toy", "haalf"), ("made-up", "")):
        with pytest.raises(grpc.RpcError):
            client.predict(X, signature, model=model)
    found = text(server, "/monitoring/prometheus/metrics")
    assert 'nst_tf_requests_total{code="OK",interface="grpc",model="toy"} 1.0' in found
    assert 'nst_tf_requests_total{code="FAILED_PRECONDITION",interface="grpc",model="toy"} 1.0' in found
    assert 'nst_tf_requests_total{code="NOT_FOUND",interface="grpc",model=""} 1.0' in found
    assert 'nst_tf_request_seconds_count{interface="grpc",model="toy"} 2.0' in found
    assert 'nst_tf_version_available{model="toy",version="2"} 1.0' in found
    assert 'nst_tf_waiting_requests{model="toy"} 0.0' in found
    assert "made-up" not in found


def test_other_models_and_labels_by_a_request(start, put, tmp_path):
    models = tmp_path / "models"
    _, client = start(reloadable=models)
    put(1, name="other")
    other = {"name": "other", "base_path": str(models / "other")}
    client.reload(other)
    assert client.predict(X, model="other")["y"].tolist() == [1.5]
    with pytest.raises(grpc.RpcError, match="there is: other"):
        client.predict(X)
    client.reload(other | {"version_labels": {"stable": 1}})
    assert client.predict(X, model="other", label="stable")["y"].tolist() == [1.5]
    with pytest.raises(grpc.RpcError, match="did not become available: missing"):
        client.reload({"name": "missing", "base_path": str(models / "missing")})


def test_no_request_replaces_the_models_unless_it_is_allowed(start, put, tmp_path):
    put(1, name="other")
    _, client = start()
    with pytest.raises(grpc.RpcError, match="nst-tf serve --allow-reload FOLDER` allows it") as caught:
        client.reload({"name": "other", "base_path": str(tmp_path / "models" / "other")})
    assert caught.value.code().name == "PERMISSION_DENIED"
    assert client.predict(X)["y"].tolist() == [2.5]


def test_a_request_replaces_models_only_by_those_within_the_folder_that_is_allowed(start, put, tmp_path):
    put(1, name="other")
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "link").symlink_to(tmp_path / "models" / "other")
    _, client = start(reloadable=allowed)
    outside = (tmp_path / "models" / "other", allowed / ".." / "models" / "other", allowed / "link", "/", "/a\0b")
    for path in outside:
        with pytest.raises(grpc.RpcError, match="not in the folder that this server reloads from") as caught:
            client.reload({"name": "other", "base_path": str(path)})
        assert caught.value.code().name == "PERMISSION_DENIED"
    assert client.predict(X)["y"].tolist() == [2.5]


def test_no_request_fails_while_versions_are_swapped(start, put):
    """Three clients ask all the time; each answer is that of one of the versions, and they never go back."""
    server, client = start(batching=False)
    done = threading.Event()

    def ask():
        seen = []
        while not done.is_set():
            seen.append(client.predict(X)["y"].item() - 0.5)
        return seen

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(ask) for _ in range(3)]
        for number in range(3, 9):
            put(number, offset=1 + number % 3)
            assert wait_for(lambda number=number: server.models["toy"].available == [number])
        done.set()
        seen = [answer.result(20) for answer in answers]
    for offsets in seen:
        changes = [now for before, now in itertools.pairwise(offsets) if now != before]
        expected = iter([1 + number % 3 for number in range(3, 9)])
        assert all(change in expected for change in changes)
    assert sum(map(len, seen)) > 20


def test_requests_under_way_are_answered_when_the_server_stops(put, tmp_path):
    put(2)
    with running(tmp_path / "models") as server:
        client = StockClient(server.port)
        call = client.predictions.Predict.future(client.request(SHORT, "slow"), timeout=60)
        assert wait_for(lambda: server.models["toy"].versions[2]._users == 1)
        version = server.models["toy"].versions[2]
    assert code_of(call) == "OK"
    assert not version.loaded
    client.channel.close()


def test_a_request_without_end_does_not_keep_the_server_from_stopping(put, tmp_path, monkeypatch):
    monkeypatch.setattr("nst_tf.serve.server.server.CLOSING", 0.1)
    put(2)
    with running(tmp_path / "models", grace=0.1) as server:
        client = StockClient(server.port)
        call = client.predictions.Predict.future(client.request(ENDLESS, "slow"), timeout=60)
        assert wait_for(lambda: server.models["toy"].versions[2]._users == 1)
    assert code_of(call) in ("CANCELLED", "UNAVAILABLE")
    client.channel.close()


def test_a_port_in_use_is_refused_by_its_number_before_anything_is_loaded(start, tmp_path, monkeypatch):
    server, _ = start()
    monkeypatch.delattr(Version, "load")
    for taken in ({"port": server.port, "rest_port": 0}, {"port": 0, "rest_port": server.rest_port}):
        number = next(value for value in taken.values() if value)
        with (
            pytest.raises(InputError, match=f"cannot listen on 127.0.0.1:{number}"),
            running(tmp_path / "models", **taken),
        ):
            pass


@contextlib.contextmanager
def loading(monkeypatch, folder):
    """A server of two models, in a thread, that loads the second one until the gate is opened."""
    gate, reached = threading.Event(), threading.Event()
    load = Version.load

    def slowly(version):
        if version.name == "toy":
            reached.set()
            gate.wait(60)
        load(version)

    monkeypatch.setattr(Version, "load", slowly)
    server = Server(lambda: config_of_folder(folder), ServerSettings(port=0, rest_port=0, poll=60.0, grace=1.0))

    async def serve():
        await server.listen()
        await server.load()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    loaded = asyncio.run_coroutine_threadsafe(serve(), loop)
    try:
        assert reached.wait(60)
        yield server, gate, loaded
    finally:
        gate.set()
        loaded.exception(60)
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_while_models_are_loaded_the_ports_answer_how_far_that_is(put, tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    put(1, name="other")
    put(2)
    with loading(monkeypatch, tmp_path / "models") as (server, gate, loaded):
        client = StockClient(server.port)
        health = health_pb2_grpc.HealthStub(client.channel)
        probe = health_pb2.HealthCheckRequest()
        assert health.Check(probe, timeout=10).status == health_pb2.HealthCheckResponse.NOT_SERVING
        for model in ("toy", "other", "missing"):
            with pytest.raises(grpc.RpcError, match="the server is loading 2 of 2; try again later") as caught:
                client.predict(X, model=model)
            assert caught.value.code().name == "UNAVAILABLE"
        assert [status.state for status in client.status("other")] == [30]
        with pytest.raises(urllib.error.HTTPError, match="503") as error:
            text(server, "/v1/models/toy/metadata")
        error.value.close()
        gate.set()
        loaded.result(60)
        assert health.Check(probe, timeout=10).status == health_pb2.HealthCheckResponse.SERVING
        assert client.predict(X)["y"].tolist() == [2.5]
        client.channel.close()
    told = [record.getMessage() for record in caplog.records if "loading" in record.getMessage()]
    assert told == ["loading 1 of 2: other", "loading 2 of 2: toy"]


def test_a_server_that_is_stopped_loads_no_further_model(put, tmp_path, monkeypatch):
    for name in ("a", "b"):
        put(1, name=name)
    models = Models(lambda: config_of_folder(tmp_path / "models"), 4, 1, 60)
    tried, load = [], Version.load

    def stopping(version):
        tried.append(version.name)
        models._stop.set()
        load(version)

    monkeypatch.setattr(Version, "load", stopping)
    models.update()
    models.stop(1)
    assert tried == ["a"]


def test_without_a_model_that_can_be_served_it_does_not_start(put, tmp_path):
    (tmp_path / "models").mkdir()
    with pytest.raises(InputError, match="no model to serve"), running(tmp_path / "models"):
        pass
    (put(1) / "saved_model.pb").unlink()
    reason = r"no model can be served; toy: version 1: there is no saved_model\.pb"
    with pytest.raises(NstError, match=reason), running(tmp_path / "models"):
        pass
