"""What a client is told."""

import grpc
import pytest
import tensorflow as tf

from nst_tf.serve.codec.refusal import Refusal, refusal_of


def test_a_message_that_quotes_what_is_too_long_is_cut_in_its_middle():
    message = str(Refusal(grpc.StatusCode.INVALID_ARGUMENT, f"there is no input {'x' * 2**20}; there is: image_bytes"))
    assert message.startswith("there is no input xxx")
    assert message.endswith("xxx; there is: image_bytes")
    assert len(message) < 1100


SAYS = "this image is bad"
TRACE = """Graph execution error:

Detected at node 'queue' defined at (most recent call last):
    File "<string>", line 1, in <module>
    File "/somewhere/a.py", line 67, in <listcomp>
Node: 'queue'
"""
NODE = "\n\t [[{{node Assert}}]]"


@pytest.mark.parametrize(
    "message",
    [
        SAYS + NODE,
        f"Graph execution error:\n\n{SAYS}{NODE}",
        TRACE + SAYS + NODE,
        f"{TRACE}2 root error(s) found.\n  (0) INVALID_ARGUMENT:  {SAYS}{NODE}\n  (1) CANCELLED:  Dequeue",
        f"2 root error(s) found.\n  (0) INVALID_ARGUMENT: {SAYS}\n  (1) CANCELLED: {NODE}\n0 successful operations.",
        f"{SAYS}\n\nOriginal stack trace for 'Assert':\n  File",
        f"{SAYS}{' ' * 2**24}{NODE}",
    ],
    ids=["node", "error", "place", "place of several", "several", "trace", "many spaces"],
)
def test_of_a_failure_in_a_graph_only_what_it_says_is_told(message):
    refusal = refusal_of(tf.errors.InvalidArgumentError(None, None, message))
    assert refusal.code == grpc.StatusCode.INVALID_ARGUMENT
    assert str(refusal) == SAYS
