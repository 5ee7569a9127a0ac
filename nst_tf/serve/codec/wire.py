"""Protocol buffers on the wire, put together out of pieces."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

__all__ = ["Piece", "delimited"]

Piece: TypeAlias = bytes | np.ndarray  # an array is one of uint8, in one dimension
LENGTH_DELIMITED = 2


def delimited(field: FieldDescriptor, pieces: Iterable[Piece]) -> list[Piece]:
    """A field that tells its length: a string, a message, or a packed list of numbers.

    Args:
        field: Its descriptor.
        pieces: Of its content.

    Returns:
        The pieces of the field, to be joined.
    """
    pieces = list(pieces)
    return [_varint(field.number << 3 | LENGTH_DELIMITED) + _varint(sum(map(len, pieces))), *pieces]


def _varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])
