"""Tensors between protocol buffers and NumPy, without loops over their values.

TensorFlow Serving answers with the typed fields (`float_val` ...), which some clients read directly; so do we.

An answer is written straight to the wire: a message that holds the values would copy them four times until it is
written; feature maps are megabytes, and that took longer than a small network does.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import tensorflow as tf
from google.protobuf.descriptor import FieldDescriptor
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from nst_tf.serve.codec.refusal import invalid

__all__ = ["array_of", "encode_response", "tensor_pieces", "varint"]

Piece: TypeAlias = bytes | memoryview  # of unsigned bytes
LENGTH_DELIMITED = 2
OUTPUTS = PredictResponse.DESCRIPTOR.fields_by_name["outputs"]
KEY, VALUE = OUTPUTS.message_type.fields

PIECE = 2**13  # values that are read in one go
LARGEST = 2**26  # bytes that a few bytes of request, one value for all elements, may stand for
FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int8": "int_val",
    "int16": "int_val",
    "int32": "int_val",
    "int64": "int64_val",
    "uint8": "int_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
    "bool": "bool_val",
    "object": "string_val",
}
VERBATIM = ("float32", "float64")  # of which the field holds the bytes of the array as they are


def array_of(name: str, proto: TensorProto) -> np.ndarray:
    """The array of an input.

    Args:
        name: Of the input, for the message.
        proto: The tensor.

    Raises:
        Refusal: Its values do not fit its shape or its type is unknown.
    """
    try:
        _check_size(proto)
        return _in_pieces(proto) if len(proto.float_val) + len(proto.double_val) > PIECE else tf.make_ndarray(proto)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise invalid(f"input {name!r} is no valid tensor: {error}") from error


def _in_pieces(proto: TensorProto) -> np.ndarray:
    """The array of many floats in typed fields, which `tf.make_ndarray` reads while all others wait."""
    kind = np.dtype(tf.as_dtype(proto.dtype).as_numpy_dtype)
    if kind.name not in VERBATIM:
        raise ValueError(f"floats are no {kind.name}")
    field, shape = getattr(proto, FIELDS[kind.name]), [dim.size for dim in proto.tensor_shape.dim]
    values = np.concatenate([np.array(field[at : at + PIECE], kind) for at in range(0, max(1, len(field)), PIECE)])
    if not 0 < values.size <= math.prod(shape):
        raise ValueError(f"it has {values.size} values; its shape {shape} is of {math.prod(shape)}")
    return np.pad(values, (0, math.prod(shape) - values.size), "edge").reshape(shape)


def _check_size(proto: TensorProto) -> None:
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or min(sizes, default=0) < 0:
        raise ValueError("its shape is not fully known")
    claimed = math.prod(sizes) * np.dtype(tf.as_dtype(proto.dtype).as_numpy_dtype).itemsize
    if claimed > LARGEST and claimed > proto.ByteSize():  # in this order: to measure a message is to encode it
        raise ValueError(f"its shape {sizes} is that of more than {LARGEST >> 20} MiB")


def encode_response(spec: ModelSpec, outputs: Mapping[str, np.ndarray]) -> bytes:
    """A `PredictResponse` as it is sent: the spec of what has computed the outputs, and these by their names."""
    entries = [
        _delimited(OUTPUTS, [*_delimited(KEY, [name.encode()]), *_delimited(VALUE, tensor_pieces(array))])
        for name, array in outputs.items()
    ]
    return b"".join([PredictResponse(model_spec=spec).SerializeToString(), *itertools.chain(*entries)])


def tensor_pieces(array: np.ndarray) -> list[Piece]:
    """The protocol buffer of an output on the wire, in pieces to be joined."""
    name = array.dtype.name
    if name not in FIELDS:
        return [tf.make_tensor_proto(array).SerializeToString()]
    kind = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    proto = TensorProto(dtype=kind.as_datatype_enum, tensor_shape=tf.TensorShape(array.shape).as_proto())
    if name in VERBATIM:
        values = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)
        field = TensorProto.DESCRIPTOR.fields_by_name[FIELDS[name]]
        return [proto.SerializeToString(), *_delimited(field, [values.data])]
    getattr(proto, FIELDS[name]).extend(array.ravel().tolist())
    return [proto.SerializeToString()]


def _delimited(field: FieldDescriptor, pieces: Sequence[Piece]) -> list[Piece]:
    """A field that tells its length, which is a string, a message, or a packed list of numbers; in pieces to be joined.

    Args:
        field: Its descriptor.
        pieces: Of its content.
    """
    return [varint(field.number << 3 | LENGTH_DELIMITED) + varint(sum(map(len, pieces))), *pieces]


def varint(number: int) -> bytes:
    """A number that is not negative, as protocol buffers write it: seven bits in a byte, the lowest first."""
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])
