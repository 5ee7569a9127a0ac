"""Whether a request fits the signature that it is for."""

from collections.abc import Collection, Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

from nst_tf.serve.codec.refusal import Refusal

__all__ = ["checked_inputs", "checked_outputs"]

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def checked_inputs(signature: SignatureDef, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs with the signature's defaults for those left out.

    Raises:
        Refusal: An input is unknown, missing, or has another type or shape than the signature takes.
    """
    filled = {name: tf.make_ndarray(proto) for name, proto in signature.defaults.items()} | dict(inputs)
    extra, missing = filled.keys() - signature.inputs.keys(), signature.inputs.keys() - filled.keys()
    if extra or missing:
        raise Refusal(
            INVALID,
            f"input size does not match signature: {len(inputs)}!={len(signature.inputs)} len({_names(inputs)}) != "
            f"len({_names(signature.inputs)}). Sent extra: {_names(extra)}. Missing but required: {_names(missing)}.",
        )
    for name, array in inputs.items():
        _check(name, array, signature.inputs[name])
    return filled


def _names(names: Collection[str]) -> str:
    return f"{{{','.join(sorted(names))}}}"


def _check(name: str, array: np.ndarray, info: TensorInfo) -> None:
    taken, given = tf.as_dtype(info.dtype), tf.as_dtype(array.dtype)
    if taken != given:
        raise Refusal(INVALID, f"input {name!r} takes {taken.name}, not {given.name}")
    shape = tf.TensorShape(info.tensor_shape)  # pyright: ignore[reportArgumentType]  # which takes messages, too
    if not shape.is_compatible_with(array.shape):
        raise Refusal(INVALID, f"input {name!r} takes the shape {shape}, not {tf.TensorShape(array.shape)}")


def checked_outputs(signature: SignatureDef, names: Collection[str]) -> tuple[str, ...]:
    """The names of outputs wanted.

    Raises:
        Refusal: One is unknown or there twice.
    """
    for name in names:
        if name not in signature.outputs:
            known = _names(signature.outputs)
            message = f"output tensor alias not found in signature: {name} Outputs expected to be in the set {known}."
            raise Refusal(INVALID, message)
        if list(names).count(name) > 1:
            raise Refusal(INVALID, f"duplicate output tensor alias: {name}")
    return tuple(names)
