"""What a request is refused with: the status codes of TensorFlow Serving, over gRPC and REST."""

import re

import grpc
import tensorflow as tf

from nst_tf.errors import NstError

__all__ = ["HTTP_STATUS", "Refusal", "invalid", "refusal_of"]

Code = grpc.StatusCode
# As TensorFlow Serving's http_server.cc has it.
HTTP_STATUS = {
    Code.OK: 200,
    Code.CANCELLED: 499,
    Code.INVALID_ARGUMENT: 400,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 400,
    Code.ABORTED: 409,
    Code.OUT_OF_RANGE: 400,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.DATA_LOSS: 500,
    Code.UNAUTHENTICATED: 401,
    Code.UNKNOWN: 500,
}
BY_NUMBER = {code.value[0]: code for code in Code}
# Characters of a message: gRPC carries it in a header of 8 KiB, in which one may take twelve bytes.
LONGEST = 600
MOST_LOOKED_AT = 2**16  # of what TensorFlow says, which may quote an input
# What TensorFlow adds for the authors of graphs: before what it says, where that is the first of several failures, too;
# and behind it.
BEFORE = re.compile(
    r"(Graph execution error:)?\s*(Detected at node.*?\nNode: '[^'\n]*'\s*)?"
    r"(\d+ root error\(s\) found\.\s*\(0\) [A-Z_]+:)?\s*",
    re.DOTALL,
)
BEHIND = re.compile(r"\[\[\{\{node.*|\(1\) [A-Z_]+:.*|Original stack trace for.*", re.DOTALL)


class Refusal(NstError):
    """A request that is not answered.

    Args:
        code: Why, as gRPC names it.
        message: What was wrong, and what would be right; cut in its middle if it is too long.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(_cut(message))
        self.code = code


def invalid(message: str) -> Refusal:
    """The refusal of a request that makes no sense."""
    return Refusal(Code.INVALID_ARGUMENT, message)


def refusal_of(error: Exception) -> Refusal:
    """The refusal that stands for any failure of a graph or of its loading."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, tf.errors.OpError):
        return Refusal(BY_NUMBER.get(error.error_code, Code.UNKNOWN), _plain(error.message))
    if isinstance(error, MemoryError):
        return Refusal(Code.RESOURCE_EXHAUSTED, "there is not enough memory for this request; send less in one")
    return Refusal(Code.INTERNAL, _plain(f"{type(error).__name__}: {error}"))


def _plain(message: str) -> str:
    return " ".join(BEHIND.sub("", BEFORE.sub("", message[:MOST_LOOKED_AT], count=1)).split())


def _cut(message: str) -> str:
    """A message may quote names that clients make up, of any length."""
    half = LONGEST // 2 - 3
    return message if len(message) <= LONGEST else f"{message[:half]} ... {message[-half:]}"
