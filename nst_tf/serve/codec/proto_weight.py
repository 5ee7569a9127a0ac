"""How many fields and integers a message has, looked at before it is parsed.

A message of 60 MiB may have as many booleans, or empty strings; to make Python's values of them takes many seconds, in
which nobody else is answered. What is no message of its kind is left to the parser to refuse.
"""

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from nst_tf.serve.codec.refusal import invalid

__all__ = ["check_weight"]

MOST_FIELDS, MOST_INTEGERS = 2**15, 2**21
SLICE = 2**20  # bytes looked at in one go
VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5
SIZES = {FIXED64: 8, FIXED32: 4}
OF_ONE_SIZE = {
    FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FIXED32, FieldDescriptor.TYPE_FIXED64,
    FieldDescriptor.TYPE_SFIXED32, FieldDescriptor.TYPE_SFIXED64, FieldDescriptor.TYPE_STRING,
    FieldDescriptor.TYPE_BYTES,
}  # fmt: skip
INSTEAD = "; send numbers as tensor_content, and images as files"


def check_weight(content: bytes, kind: Descriptor) -> None:
    """Looks at a message on the wire.

    Args:
        content: The message.
        kind: What it should be.

    Raises:
        Refusal: INVALID_ARGUMENT, it has more fields, or integers, than are taken.
    """
    if len(content) <= MOST_FIELDS:
        return
    fields = integers = 0
    parts = [(0, len(content), kind)]  # still to be looked at
    while parts:
        place, end, kind = parts.pop()
        while place < end:
            fields += 1
            if fields > MOST_FIELDS:
                raise invalid(f"the message has more than {MOST_FIELDS} fields{INSTEAD}")
            tag, place = _varint(content, place, end)
            if tag & 7 != DELIMITED:
                place = _varint(content, place, end)[1] if tag & 7 == VARINT else place + SIZES.get(tag & 7, 0)
                continue
            size, place = _varint(content, place, end)
            field = kind.fields_by_number.get(tag >> 3)
            if place + size > end:
                return
            if field is not None and field.message_type is not None:
                parts.append((place, place + size, field.message_type))
            elif field is not None and field.type not in OF_ONE_SIZE:
                integers += _ends(content, place, place + size)
                if integers > MOST_INTEGERS:
                    raise invalid(f"the message has more than {MOST_INTEGERS} integers{INSTEAD}")
            place += size


def _varint(content: bytes, place: int, end: int) -> tuple[int, int]:
    """A number and the place behind it; that of the end if it is cut off."""
    number = shift = 0
    while place < end:
        byte = content[place]
        number |= (byte & 127) << shift
        shift, place = shift + 7, place + 1
        if byte < 128 or shift > 63:
            break
    return number, place


def _ends(content: bytes, begin: int, end: int) -> int:
    """How many packed integers end in a part of the content."""
    signs = np.frombuffer(content, np.uint8, end - begin, begin)
    return sum(int(np.count_nonzero(signs[at : at + SLICE] < 128)) for at in range(0, len(signs), SLICE))
