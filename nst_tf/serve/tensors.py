"""Tensors between their protocol buffers and NumPy, without loops over their values.

TensorFlow Serving answers with the typed fields (`float_val` ...), which some clients read directly; so do we.
"""

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from nst_tf.serve.refusal import Refusal

__all__ = ["array_of", "put_array"]

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
    elements, width = np.prod(sizes, dtype=object), np.dtype(tf.as_dtype(proto.dtype).as_numpy_dtype).itemsize
    if elements * width > max(LARGEST, proto.ByteSize()):
        raise ValueError(f"its shape {sizes} is that of more than {LARGEST >> 20} MiB")


def put_array(array: np.ndarray, proto: TensorProto) -> None:
    """Fills the empty protocol buffer of an output."""
    field = FIELDS.get(array.dtype.name)
    if field is None:
        proto.CopyFrom(tf.make_tensor_proto(array))
        return
    kind = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    proto.dtype = kind.as_datatype_enum
    proto.tensor_shape.CopyFrom(tf.TensorShape(array.shape).as_proto())
    if array.dtype.name in VERBATIM:
        proto.MergeFromString(_packed(field, array))
    else:
        getattr(proto, field).extend(array.ravel().tolist())


def _packed(field: str, array: np.ndarray) -> bytes:
    """A packed repeated field on the wire: its tag, the number of bytes, the bytes."""
    tag = TensorProto.DESCRIPTOR.fields_by_name[field].number << 3 | 2
    data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return _varint(tag) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])
