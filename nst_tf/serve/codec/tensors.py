"""Tensors between their protocol buffers and NumPy, without loops over their values.

TensorFlow Serving answers with the typed fields (`float_val` ...), which some clients read directly; so do we.
"""

import math

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.codec.wire import Piece, delimited

__all__ = ["array_of", "tensor_pieces"]

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
        return tf.make_ndarray(proto)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, f"input {name!r} is no valid tensor: {error}") from error


def _check_size(proto: TensorProto) -> None:
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or min(sizes, default=0) < 0:
        raise ValueError("its shape is not fully known")
    claimed = math.prod(sizes) * np.dtype(tf.as_dtype(proto.dtype).as_numpy_dtype).itemsize
    if claimed > LARGEST and claimed > proto.ByteSize():  # in this order: to measure a message is to encode it
        raise ValueError(f"its shape {sizes} is that of more than {LARGEST >> 20} MiB")


def tensor_pieces(array: np.ndarray) -> list[Piece]:
    """The protocol buffer of an output on the wire, in pieces to be joined."""
    name = array.dtype.name
    if name not in FIELDS:
        return [tf.make_tensor_proto(array).SerializeToString()]
    kind = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    proto = TensorProto(dtype=kind.as_datatype_enum, tensor_shape=tf.TensorShape(array.shape).as_proto())
    if name in VERBATIM:
        values = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)
        return [proto.SerializeToString(), *delimited(TensorProto.DESCRIPTOR.fields_by_name[FIELDS[name]], [values])]
    getattr(proto, FIELDS[name]).extend(array.ravel().tolist())
    return [proto.SerializeToString()]
