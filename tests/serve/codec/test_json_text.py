"""Bounds of what is read as JSON; and neither reading nor writing it keeps others from going on."""

import json
import sys
import threading
import time

import numpy as np
import pytest

from nst_tf.serve.codec import json_text as module
from nst_tf.serve.codec.json_tensors import columns_of, inputs_of, rows_of
from nst_tf.serve.codec.json_text import json_text, parsed, weight
from nst_tf.serve.codec.refusal import Refusal

from .test_json_tensors import ONE


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 50 + b"]" * 50, "nested 50 deep; at most 32"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested 40 deep"),
        (b"[" + b"[]," * module.MOST_LISTS + b"[]]", "524290 lists; at most 524288 are taken; send images as files"),
        (b"[" + b"1," * (module.MOST_VALUES + 1) + b"1]", "1048577 values; at most 1048576"),
        (b"[" + b'"a":1,' * (module.MOST_NAMES + 1) + b"1]", "65537 names; at most 65536"),
        (b"[" + b"{}," * (module.MOST_NAMES + 1) + b"1]", "65537 names"),
        (b'["' + b"\\n" * (module.MOST_ESCAPES + 1) + b'"]', "1048577 escapes"),
    ],
)
def test_what_would_take_too_long_to_read_is_refused_before_it_is_read(body, reason):
    with pytest.raises(Refusal, match=reason) as caught:
        weight(body)
    assert caught.value.code.name == "INVALID_ARGUMENT"


def test_marks_are_weighed_wherever_they_are():
    assert weight(b'{"inputs": [[1, 2]], "a": "]"}') == 11
    assert weight(b" " * module.SLICE + b"[" * 3 + b"]") == 4
    assert weight(b"") == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"1", b"\xff", b'{"a": "\xff"}', b"[" * 5000, b'{"a": 1' + b"0" * 5000 + b"}"]
)
def test_what_is_no_object_is_an_invalid_argument(body):
    with pytest.raises(Refusal) as caught:
        parsed(body)
    assert caught.value.code.name == "INVALID_ARGUMENT"


def test_numbers_that_json_has_not_are_read_and_written_as_tensorflow_serving_does():
    text = json_text({"a": [float("nan"), float("inf"), -float("inf"), 1e300, 2]})
    assert text.decode() == '{"a": [NaN, Infinity, -Infinity, 1e+300, 2]}'
    np.testing.assert_array_equal(parsed(text)["a"], [np.nan, np.inf, -np.inf, 1e300, 2])


def test_a_large_answer_is_written_as_a_small_one_is():
    array = np.random.default_rng(0).random((2, 40, 90, 3), np.float32)
    assert json_text(columns_of({"y": array})).decode() == json.dumps(array.tolist())
    assert json_text(columns_of({"y": array.ravel()})).decode() == json.dumps(array.ravel().tolist())
    several = {"y": array, "z": array[:, 0, 0, 0], "name": np.array([b"a", b"b"], object)}
    rows = [
        {"y": y, "z": z, "name": name} for y, z, name in zip(array.tolist(), several["z"].tolist(), "ab", strict=True)
    ]
    assert json_text(rows_of(several)).decode() == json.dumps(rows)
    text = np.full((2, 3000), b"a", object)
    assert json_text(columns_of({"y": text})).decode() == json.dumps(text.astype(str).tolist())


def turns_of_others(work):
    """How often another thread had its turn while this one works."""
    turns, begun, done = 0, threading.Event(), threading.Event()

    def take_turns():
        nonlocal turns
        while not done.is_set():
            begun.set()
            time.sleep(0)
            turns += 1

    other = threading.Thread(target=take_turns)
    other.start()
    begun.wait()
    before = turns
    work()
    after = turns
    done.set()
    other.join()
    return after - before


def test_others_have_their_turn_while_a_large_request_is_read_and_its_answer_written():
    """Python's own functions would give them none."""
    array = np.random.default_rng(0).random((1, 100, 400, 3))
    body = json.dumps({"inputs": array.tolist()}).encode()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        assert turns_of_others(lambda: parsed(body)) > 5
        assert turns_of_others(lambda: json_text(columns_of({"y": array}))) > 5
    finally:
        sys.setswitchinterval(before)
    np.testing.assert_array_equal(inputs_of(parsed(body), ONE)["x"], array.astype(np.float32))
