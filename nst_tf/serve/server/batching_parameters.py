"""`batching_params.pbtxt` in a version's folder: how requests may be put together.

The message is `BatchingParameters` of TensorFlow Serving's session_bundle_config.proto, of which there is no Python
stub.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format, wrappers_pb2
from google.protobuf.message import Message

from nst_tf.serve.codec.refusal import invalid

__all__ = ["ALONE", "FILE", "BatchingParameters", "read_batching_parameters"]

FILE = "batching_params.pbtxt"
FIELD = descriptor_pb2.FieldDescriptorProto
LONG, TEXT = ".google.protobuf.Int64Value", ".google.protobuf.StringValue"
WRAPPED = {
    "max_batch_size": LONG,
    "batch_timeout_micros": LONG,
    "max_enqueued_batches": LONG,
    "num_batch_threads": LONG,
    "thread_pool_name": TEXT,
}
DEFAULT_ROWS = 1000  # TensorFlow Serving's


@dataclass(frozen=True)
class BatchingParameters:
    """How requests may be put together.

    Attributes:
        rows: The most of one batch.
        wait: Seconds to wait for more, when nothing else is to be done.
        allowed: Sizes to which batches are filled up; none means that any size will do.
    """

    rows: int
    wait: float = 0.0
    allowed: tuple[int, ...] = ()

    def full(self, rows: int) -> int:
        """The largest size, up to so many rows, that need not be filled up."""
        return max((size for size in self.allowed if size <= rows), default=rows)

    def filled(self, rows: int) -> int:
        """The size to which a batch of so many rows is filled up."""
        return min((size for size in self.allowed if size >= rows), default=rows)


ALONE = BatchingParameters(rows=1)


def read_batching_parameters(folder: Path) -> BatchingParameters | None:
    """The parameters of a version; `None` if it has none, and is not to be batched.

    Raises:
        Refusal: The file cannot be understood, or its values do not fit each other.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        message = text_format.Parse(path.read_text(), _message())
        return _checked(message)
    except (OSError, ValueError, text_format.ParseError) as error:
        raise invalid(f"cannot use {path}: {error}") from error


def _checked(message: Any) -> BatchingParameters:
    rows = message.max_batch_size.value or DEFAULT_ROWS
    wait = message.batch_timeout_micros.value
    allowed = tuple(message.allowed_batch_sizes)
    if rows < 1 or wait < 0:
        raise ValueError(f"max_batch_size {rows} and batch_timeout_micros {wait} must not be negative")
    if allowed and (list(allowed) != sorted(set(allowed)) or allowed[0] < 1 or allowed[-1] != rows):
        raise ValueError(f"allowed_batch_sizes {list(allowed)} must rise, and end in max_batch_size, {rows}")
    return BatchingParameters(rows, wait * 1e-6, allowed)


def _message() -> Message:
    file = descriptor_pb2.FileDescriptorProto(name="batching_parameters.proto", package="nst_tf", syntax="proto3")
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    fields = file.message_type.add(name="BatchingParameters").field
    for number, (name, kind) in enumerate(WRAPPED.items(), 1):
        fields.add(name=name, number=number, label=FIELD.LABEL_OPTIONAL, type=FIELD.TYPE_MESSAGE, type_name=kind)
    fields.add(name="allowed_batch_sizes", number=6, label=FIELD.LABEL_REPEATED, type=FIELD.TYPE_INT64)
    fields.add(name="pad_variable_length_inputs", number=7, label=FIELD.LABEL_OPTIONAL, type=FIELD.TYPE_BOOL)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("nst_tf.BatchingParameters"))()
