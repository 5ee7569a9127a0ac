"""The load script in its short form: nothing fails, and it would see what it looks for. Speed is not asserted."""

from concurrent import futures

import grpc
import pytest

from benchmarks.serving.__main__ import table
from benchmarks.serving.hostile import bombs, mutations
from benchmarks.serving.load import METHOD, Sender, run_load
from benchmarks.serving.measured import SHORT, measure
from benchmarks.serving.targets import TARGETS, missed


@pytest.fixture(scope="module")
def measured():
    return measure(SHORT)


def test_no_request_fails_in_the_short_form(measured):
    assert (measured["failed"], measured["failed_in_swaps"]) == (0, 0)
    assert measured["requests_in_swaps"] > 0
    assert measured["hostile_failures"] == 0


def test_a_leak_is_seen_and_the_server_has_none(measured):
    assert measured["leak_growth"] > measured["growth"] + 20
    assert measured["growth"] < 100


def test_failures_are_counted_by_what_they_are():
    def answer(request, context):
        if request == b"bad":
            context.abort(grpc.StatusCode.INTERNAL, "broken")
        return request

    service, method = METHOD.strip("/").rsplit("/", 1)
    server = grpc.server(futures.ThreadPoolExecutor(2))
    handlers = {method: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    requests = iter([b"good", b"bad", b"good", b"bad", b"good"])
    with Sender(f"127.0.0.1:{port}") as send:
        load = run_load(lambda: send(next(requests)), lambda before: before < 5, concurrency=2)
    server.stop(None)
    assert len(load.latencies) == 3
    assert load.failures == {"INTERNAL: broken": 2}
    assert load.rate == pytest.approx(3 / load.seconds)
    assert min(load.latencies) <= load.percentile(50) <= load.percentile(99) <= max(load.latencies)


def test_hostile_images_are_the_same_each_time_and_small():
    made = list(mutations(60))
    assert made == list(mutations(60))
    assert len(set(made)) > 50
    assert all(len(bomb) < 21_000_000 for bomb in bombs().values())
    assert len(bombs()["PNG of 22000x22000"]) < 100_000


def test_what_is_missed_is_named():
    values = {target.name: target.bound for target in TARGETS}
    assert missed(values) == []
    assert missed(values | {"fraction": 0.84, "failed": 1}) == ["fraction", "failed"]
    assert missed(values | {"fraction": 0.9, "leak_growth": 99, "growth": 99}) == ["leak_growth"]


SERVING = {
    "served": 90.0,
    "direct": 100.0,
    "fraction": 0.9,
    "p50": 0.08,
    "p99": 0.2,
    "p99_over_p50": 2.5,
    "failed": 0,
    "failed_in_swaps": 0,
    "first_over_p50": 1.1,
    "growth": 3.0,
    "leak_growth": 500.0,
    "hostile_failures": 0,
    "hostile_growth": 1.0,
}


def test_targets_of_serving_are_told_reached_or_missed():
    facts, *lines = table(SERVING).splitlines()
    assert "90.0 images/s through the server, 100.0 directly" in facts
    assert "50 ms" not in facts
    assert [line for line in lines if line.startswith("MISSED")] == [
        "MISSED        2.5  p99 over p50 at saturation (at most 1.5)"
    ]
    assert "reached       0.9  images a second, of those by calling the model directly (at least 0.85)" in lines
