"""JSON as text: what a request may be, and how it is read and an answer written while others go on.

Python's parser and encoder hold the interpreter until they are done, which may be seconds, and nobody else is answered
meanwhile. So a text is weighed before it is read, and both call functions of Python's now and then, at which others
get their turn.
"""

import contextlib
import gc
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nst_tf.serve.codec.long_strings import base64_pieces, put_back, string_pieces, taken_out, text_of
from nst_tf.serve.codec.refusal import invalid

__all__ = ["PIECE", "json_text", "parsed", "weight"]

# An image of 512x512 pixels, each of which is a list of three values, has room; reading it takes a second.
MOST_VALUES, MOST_LISTS, MOST_NAMES = 2**20, 2**19, 2**16
MOST_ESCAPES = 2**20  # some write the slashes of base64 so, which are one sign in 64
DEEPEST = 32
MARKS = b"[]{},:\\"
OTHERS = bytes(set(range(256)) - set(MARKS))
STEPS = np.zeros(256, np.int8)
STEPS[list(b"[{")], STEPS[list(b"]}")] = 1, -1
SLICE, PIECE = 2**20, 2**12  # bytes looked at, and values written, in one go
INSTEAD = '; send images as files, as {"b64": ...}, or arrays over gRPC'


def weight(content: bytes | bytearray) -> int:
    """How many marks a JSON text has, which is what reading it takes; those in its strings are counted, too.

    Raises:
        Refusal: INVALID_ARGUMENT, there are more values, lists or names than are taken, or they are nested too deep.
    """
    slices = (content[begin : begin + SLICE] for begin in range(0, len(content), SLICE))
    marks = b"".join(one.translate(None, OTHERS) for one in slices)
    _check("lists", marks.count(b"["), MOST_LISTS)
    _check("values", marks.count(b","), MOST_VALUES)
    _check("names", max(marks.count(b":"), marks.count(b"{")), MOST_NAMES)
    _check("escapes", marks.count(b"\\"), MOST_ESCAPES)
    depth = np.cumsum(STEPS[np.frombuffer(marks, np.uint8)], dtype=np.int32).max(initial=0)
    if depth > DEEPEST:
        raise invalid(f"the JSON is nested {depth} deep; at most {DEEPEST} are taken")
    return len(marks)


def _check(what: str, count: int, most: int) -> None:
    if count > most:
        raise invalid(f"the JSON has {count} {what}; at most {most} are taken{INSTEAD}")


def parsed(content: bytes | bytearray) -> dict[str, Any]:
    """The object that a JSON text is; `weight` has looked at it before.

    Raises:
        Refusal: INVALID_ARGUMENT, it is none.
    """
    try:
        with _no_collection():
            # Functions of Python's, for `float` and `int` themselves would not let others have their turn.
            rest, strings = taken_out(content)
            read = {"parse_float": lambda text: float(text), "parse_int": lambda text: int(text)}
            body = json.loads(text_of(rest, "strict"), **read)
            body = put_back(body, strings) if strings else body
    except (ValueError, RecursionError) as error:
        raise invalid(f"JSON Parse error: {error}") from error
    if not isinstance(body, dict):
        raise invalid("the JSON value is not an object")
    return body


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Keeps garbage from being looked for, which many new lists would make happen again and again, for nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def json_text(value: Any) -> bytearray:
    """The JSON text of a value, in which there may be arrays in place of lists of numbers; bytes become base64."""
    text = bytearray()
    for piece in _pieces(value):  # to join them at each level would copy them as often
        text += piece.encode()
    return text


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _between("{", ((f"{json.dumps(name)}: ", one) for name, one in value.items()), "}")
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list, np.ndarray, bytes, str)):
        yield from _between("[", (("", one) for one in value), "]")
    elif isinstance(value, np.ndarray):
        yield from _array_pieces(value)
    elif isinstance(value, (bytes, str)):
        yield from base64_pieces(value) if isinstance(value, bytes) else string_pieces(value)
    else:
        yield json.dumps(value)


def _between(begin: str, values: Iterable[tuple[str, Any]], end: str) -> Iterator[str]:
    for before, value in values:
        yield begin + before
        yield from _pieces(value)
        begin = ", "
    yield end if begin == ", " else begin + end


def _array_pieces(array: np.ndarray) -> Iterator[str]:
    if array.size <= PIECE:
        yield json.dumps(array.tolist())
    elif array.ndim > 1:
        yield from _between("[", (("", one) for one in array), "]")
    else:
        yield "["
        for begin in range(0, len(array), PIECE):
            yield (", " if begin else "") + json.dumps(array[begin : begin + PIECE].tolist())[1:-1]
        yield "]"
