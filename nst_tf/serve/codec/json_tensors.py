"""Tensors between JSON and NumPy, by the rules of TensorFlow Serving's REST interface."""

import base64
import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from nst_tf.serve.codec.json_text import PIECE
from nst_tf.serve.codec.long_strings import LONG, text_of
from nst_tf.serve.codec.refusal import invalid

__all__ = ["columns_of", "inputs_of", "rows_of"]

Infos = Mapping[str, TensorInfo]
BYTES = "_bytes"  # the end of an output's name, by which it is told from text
# Kinds of NumPy types that a list of JSON values may have for a type of tensors.
KINDS = {"f": "iuf", "i": "iu", "u": "iu", "b": "b"}


def inputs_of(body: Mapping[str, Any], infos: Infos) -> dict[str, np.ndarray]:
    """The inputs of a request, whose body has either `instances`, in rows, or `inputs`, in columns.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if ("instances" in body) == ("inputs" in body):
        found = "both are there" if "inputs" in body else "neither is there"
        raise invalid(f"Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist; {found}")
    return _from_rows(body["instances"], infos) if "instances" in body else _from_columns(body["inputs"], infos)


def _from_rows(rows: Any, infos: Infos) -> dict[str, np.ndarray]:
    if not isinstance(rows, list) or not rows:
        raise invalid("'instances' must be a list of at least one value")
    if not _is_object(rows[0]):
        return {_only(infos): _array(_only(infos), rows, infos)}
    for number, row in enumerate(rows):
        if not _is_object(row) or row.keys() != infos.keys():
            names = ",".join(sorted(infos))
            raise invalid(f"Failed to process element: {number} of 'instances' list; keys must be equal to: {names}")
    return {name: _array(name, [row[name] for row in rows], infos) for name in infos}


def _from_columns(columns: Any, infos: Infos) -> dict[str, np.ndarray]:
    if not _is_object(columns):
        return {_only(infos): _array(_only(infos), columns, infos)}
    for name in infos:
        if name not in columns:
            raise invalid(f"Missing named input: {name} in 'inputs' object; REST leaves none to its default")
    return {name: _array(name, value, infos) for name, value in columns.items() if name in infos}


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not _is_base64(value)


def _is_base64(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"b64"} and isinstance(value["b64"], str)


def _only(infos: Infos) -> str:
    if len(infos) != 1:
        raise invalid(f"several inputs are needed, so name them in an object: {', '.join(sorted(infos))}")
    return next(iter(infos))


def _array(name: str, value: Any, infos: Infos) -> np.ndarray:
    kind = tf.as_dtype(infos[name].dtype)
    try:
        return _strings(value) if kind == tf.string else _numbers(value, np.dtype(kind.as_numpy_dtype))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise invalid(f"input {name!r} is not of {kind.name}: {error}") from error


def _flat(value: Any) -> tuple[list, list[int]]:
    """The elements of nested lists, and their shape.

    NumPy finds them by itself, but holds the interpreter all the while, and makes each text as wide as the widest.
    """
    elements, shape = [value], []
    while elements and isinstance(elements[0], list):
        sizes = {len(one) if isinstance(one, list) else None for one in elements}
        if len(sizes) != 1:
            raise ValueError("its lists are not of equal lengths")
        shape.append(sizes.pop())
        elements = list(itertools.chain.from_iterable(elements))
    return elements, shape


def _strings(value: Any) -> np.ndarray:
    elements, shape = _flat(value)
    array = np.empty(len(elements), object)
    array[:] = [_bytes(element) for element in elements]
    return array.reshape(shape)


def _bytes(value: Any) -> bytes:
    if _is_base64(value):
        return _decoded(value["b64"])
    if not isinstance(value, str):
        raise TypeError(f'a JSON {type(value).__name__} is neither a string nor {{"b64": ...}}')
    return value.encode()


def _decoded(text: str) -> bytes:
    try:
        if 0 <= text.find("=") < len(text) - 2:
            raise ValueError("it goes on behind its end")
        slices = (text[begin : begin + LONG] for begin in range(0, len(text), LONG))
        return b"".join(base64.b64decode(one, validate=True) for one in slices)
    except ValueError as error:
        raise ValueError(f"unable to base64 decode ({error})") from error


def _numbers(value: Any, wanted: np.dtype) -> np.ndarray:
    elements, shape = _flat(value)
    if not set(map(type, elements)) <= {bool, int, float}:
        raise TypeError("its elements are of another type")
    array = np.array(elements).reshape(shape)
    if array.size and array.dtype.kind not in KINDS[wanted.kind]:
        raise TypeError("its elements are of another type")
    if wanted.kind in "iu" and array.size:
        limits = np.iinfo(wanted)
        if array.min() < limits.min or array.max() > limits.max:
            raise OverflowError(f"its values go from {array.min()} to {array.max()}")
    with np.errstate(over="ignore"):
        converted = array.astype(wanted)
    if wanted.kind == "f" and not np.array_equal(np.isinf(converted), np.isinf(array)):
        raise OverflowError("it has values that are too large")
    return converted


def columns_of(outputs: Mapping[str, np.ndarray]) -> Any:
    """Outputs for an answer in columns: a value if there is only one output, else an object; for `json_text`."""
    columns = {name: _values(name, array) for name, array in outputs.items()}
    return next(iter(columns.values())) if len(columns) == 1 else columns


def rows_of(outputs: Mapping[str, np.ndarray]) -> Any:
    """Outputs for an answer in rows, which are values if there is only one output, else objects; for `json_text`.

    Raises:
        Refusal: INVALID_ARGUMENT, the outputs have no batch dimension in common.
    """
    sizes = {array.shape[0] if array.ndim else None for array in outputs.values()}
    if len(sizes) != 1 or None in sizes:
        raise invalid("the outputs have no batch dimension in common; ask with 'inputs' rather than with 'instances'")
    if len(outputs) == 1:
        return columns_of(outputs)
    columns = [_rows(name, array) for name, array in outputs.items()]
    return [dict(zip(outputs, row, strict=True)) for row in zip(*columns, strict=True)]


def _rows(name: str, array: np.ndarray) -> list:
    if array.dtype == object or array.ndim == 1:
        return _listed(name, array)
    return [_values(name, row) for row in array]


def _values(name: str, array: np.ndarray) -> Any:
    return array if array.size > PIECE and array.dtype != object else _listed(name, array)


def _listed(name: str, array: np.ndarray) -> Any:
    values = array.tolist()
    return _texts(values, name.endswith(BYTES)) if array.dtype == object else values


def _texts(value: Any, binary: bool) -> Any:
    if isinstance(value, list):
        return [_texts(element, binary) for element in value]
    if binary:
        return value
    return text_of(value)
