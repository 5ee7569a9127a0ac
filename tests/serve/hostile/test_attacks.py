"""A small round of all attacks of `benchmarks.attacks`, on a server of its own, all from this machine.

The longest wait is bounded by what a busy machine takes; on one of its own it is a tenth of that.
"""

import pytest

from benchmarks.attacks.__main__ import table
from benchmarks.attacks.measured import TARGETS, Extent, measure
from benchmarks.attacks.over_rest import GIANTS, MALFORMED
from benchmarks.serving.targets import missed

SMALL = Extent(requests=200, pause=0.02, rounds=1, mutated=60, half_open=150, closed=10, foreign=20)
SILENCE = 5.0  # seconds


@pytest.fixture(scope="module")
def measured():
    return measure(SMALL)


def test_every_attack_is_answered_as_it_must_be(measured):
    assert measured["unexpected_answers"] == []
    assert {attack: sum(codes.values()) for attack, codes in measured["attacks"].items()} == {
        "mutated message": 60,
        "no message": 6,
        "long name": 6,
        "giant message": 5,
        "after cancels": 3,
        "queue of cancelled": 3,
        "malformed body": len(MALFORMED),
        "page of others": 20,
        "beside half-open ones": 30,
        "permitted giant": len(GIANTS),
        "bomb": 15,
        "after closed sockets": 1,
    }
    assert len(MALFORMED) >= 100
    assert len(GIANTS) >= 10


def test_good_requests_beside_them_are_all_answered_and_right(measured):
    assert (measured["failures"], measured["wrong"]) == ({}, 0)
    assert measured["requests"] >= 200
    assert len(measured["by"]) == 3


def test_health_is_told_throughout(measured):
    assert measured["health_failed"] == 0
    assert min(measured["grpc_asked"], measured["rest_asked"]) > 20
    assert max(measured["grpc_wait"], measured["rest_wait"]) < SILENCE


def test_the_log_has_a_line_now_and_then_and_no_traceback(measured):
    assert "Traceback" not in measured["log"]
    assert measured["lines"] < 40


def test_in_the_end_it_stops_in_good_order(measured):
    assert measured["status"] == 0
    assert "features version 1 is unloaded" in measured["log"]


def test_the_table_says_what_was_reached(measured):
    lines = table(measured).splitlines()[-len(TARGETS) :]
    assert [line.startswith("MISSED") for line in lines] == [one.name in missed(measured, TARGETS) for one in TARGETS]
