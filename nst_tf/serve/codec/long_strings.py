"""Long strings in JSON, read and written in pieces: Python's own functions hold the interpreter for all of one.

A file of an image is one string of many megabytes, on which everybody else would wait.
"""

import base64
import codecs
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["LONG", "base64_pieces", "put_back", "string_pieces", "taken_out", "text_of"]

LONG = 2**18  # bytes or characters that are looked at in one go
QUOTE = ord('"')
MARK = "\0"  # which no string has where there are no escapes
ESCAPED = b'"\\u0000%d"'


def taken_out(content: bytes | bytearray) -> tuple[bytes | bytearray, list[str]]:
    """A JSON text with marks in place of its long strings, and these strings.

    Where a text has escapes, nothing is taken out.

    Raises:
        ValueError: A string is no UTF-8, or has signs that JSON does not allow in it.
    """
    if b"\\" in content:
        return content, []
    places = _quotes(content)
    starts, ends = places[0::2], places[1::2]
    is_long = ends - starts[: len(ends)] > LONG
    pieces, strings, done = [], [], 0
    for start, end in zip(starts[: len(ends)][is_long].tolist(), ends[is_long].tolist(), strict=True):
        pieces += [content[done:start], ESCAPED % len(strings)]
        strings.append(_string(content, start + 1, end))
        done = end + 1
    return (b"".join([*pieces, content[done:]]), strings) if strings else (content, [])


def _quotes(content: bytes | bytearray) -> np.ndarray:
    signs = np.frombuffer(content, np.uint8)
    found = [np.flatnonzero(signs[begin : begin + LONG] == QUOTE) + begin for begin in range(0, len(signs), LONG)]
    return np.concatenate(found) if found else np.zeros(0, int)


def _string(content: bytes | bytearray, start: int, end: int) -> str:
    signs = np.frombuffer(content, np.uint8, end - start, start)
    if signs.min() < ord(" "):
        raise ValueError("Invalid control character in a string")
    return text_of(content[start:end], "strict")


def put_back(value: Any, strings: list[str]) -> Any:
    """A value that was read, with the strings that were taken out of its text."""
    if isinstance(value, str):
        return strings[int(value[1:])] if value.startswith(MARK) else value
    if isinstance(value, list):
        return [put_back(one, strings) for one in value]
    if isinstance(value, dict):
        return {put_back(name, strings): put_back(one, strings) for name, one in value.items()}
    return value


def text_of(data: bytes | bytearray, errors: str = "replace") -> str:
    """The text that UTF-8 is.

    Raises:
        UnicodeDecodeError: It is none, and `errors` are "strict".
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    pieces = [decoder.decode(data[at : at + LONG]) for at in range(0, len(data), LONG)]
    return "".join([*pieces, decoder.decode(b"", True)])


def string_pieces(value: str) -> Iterator[str]:
    """The JSON text of a string, in pieces."""
    if len(value) <= LONG:
        yield json.dumps(value)
        return
    yield '"'
    for at in range(0, len(value), LONG):
        yield json.dumps(value[at : at + LONG])[1:-1]
    yield '"'


def base64_pieces(data: bytes) -> Iterator[str]:
    """The JSON text by which TensorFlow Serving stands for bytes, in pieces."""
    yield '{"b64": "'
    step = 3 * LONG  # a multiple of three, so that only the last piece is filled up
    for at in range(0, len(data), step):
        yield base64.b64encode(data[at : at + step]).decode()
    yield '"}'
