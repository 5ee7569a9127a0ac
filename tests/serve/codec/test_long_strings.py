"""Long strings are read and written as short ones are, by Python's own functions, but in pieces."""

import base64
import json

import pytest

from nst_tf.serve.codec import long_strings as module
from nst_tf.serve.codec.json_text import json_text, parsed
from nst_tf.serve.codec.refusal import Refusal


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Pieces of five bytes, so that every string of more is a long one."""
    monkeypatch.setattr(module, "LONG", 5)


VALUES = {
    "long": "a" * 23,
    "signs of more bytes than one, parted": "aé€\U0001f600" * 7,
    "several": ["abcdefgh", "", "a", ["ijklmnop"], {"q": "rstuvwxyz", "0123456789": 1}],
    "of five and of six": ["abcde", "abcdef"],
    "none": [],
    "marks": "[]{},:" * 3,
}


@pytest.mark.parametrize("name", VALUES)
def test_a_text_is_read_as_python_reads_it(name):
    text = json.dumps({"value": VALUES[name]}, ensure_ascii=False).encode()
    assert parsed(text) == parsed(bytearray(text)) == json.loads(text)


def test_where_there_are_escapes_nothing_is_taken_out():
    text = json.dumps({"value": ["a\nb" * 9, '"\\' * 9, "\0" * 9, "\x001"]}).encode()
    assert module.taken_out(text) == (text, [])
    assert parsed(text) == json.loads(text)


def test_only_long_strings_are_taken_out():
    assert module.taken_out(b'["abcdef", "abc"]') == (b'["\\u00000", "abc"]', ["abcdef"])


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": "abc\ndefghi"}',
        b'{"a": "abcdefgh\xff"}',
        b'{"a": "abcdefgh\xc3"}',
        b'{"abcdefghij',
        b'{"a": "abcdefgh" "b"}',
    ],
)
def test_what_python_refuses_is_refused(text):
    with pytest.raises(ValueError):
        json.loads(text)
    with pytest.raises(Refusal, match="JSON Parse error"):
        parsed(text)


@pytest.mark.parametrize("value", ["a" * 23, 'aé€\U0001f600\n"\\' * 7, ["abcdefgh", ""]])
def test_a_text_is_written_as_python_writes_it(value):
    assert json_text(value).decode() == json.dumps(value)


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 47])
def test_bytes_become_base64(size):
    data = bytes(range(200, 200 + size))
    assert parsed(b'{"x": ' + json_text(data) + b"}") == {"x": {"b64": base64.b64encode(data).decode()}}


def test_bytes_that_are_no_text_are_replaced_as_python_does():
    data = b"abcd\xf0\x9f\x98\x80\xff\xc3" * 3
    assert module.text_of(data) == data.decode(errors="replace")
