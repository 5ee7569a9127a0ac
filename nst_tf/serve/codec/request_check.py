"""Whether a request fits the signature that it is for, and whether its answer is one."""

from collections.abc import Collection, Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

from nst_tf.serve.codec.refusal import invalid

__all__ = ["checked_answer", "checked_inputs", "checked_outputs", "with_reports"]

INVALID = grpc.StatusCode.INVALID_ARGUMENT
STATUS, MESSAGE = "status", "message"


def checked_inputs(signature: SignatureDef, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs with the signature's defaults for those left out.

    Raises:
        Refusal: An input is unknown, missing, or has another type or shape than the signature takes.
    """
    filled = {name: tf.make_ndarray(proto) for name, proto in signature.defaults.items()} | dict(inputs)
    extra, missing = filled.keys() - signature.inputs.keys(), signature.inputs.keys() - filled.keys()
    if extra or missing:
        raise invalid(
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
        raise invalid(f"input {name!r} takes {taken.name}, not {given.name}")
    shape = tf.TensorShape(info.tensor_shape)  # pyright: ignore[reportArgumentType]  # which takes messages, too
    if not shape.is_compatible_with(array.shape):
        raise invalid(f"input {name!r} takes the shape {shape}, not {tf.TensorShape(array.shape)}")


def checked_outputs(signature: SignatureDef, names: Collection[str]) -> tuple[str, ...]:
    """The names of outputs wanted.

    Raises:
        Refusal: One is unknown or there twice.
    """
    for name in names:
        if name not in signature.outputs:
            known = _names(signature.outputs)
            message = f"output tensor alias not found in signature: {name} Outputs expected to be in the set {known}."
            raise invalid(message)
        if list(names).count(name) > 1:
            raise invalid(f"duplicate output tensor alias: {name}")
    return tuple(names)


def with_reports(signature: SignatureDef, names: Collection[str]) -> tuple[str, ...]:
    """The names of outputs wanted, none meaning all, and what `checked_answer` looks at."""
    return tuple(dict.fromkeys([*names, *_reports(signature)])) if names else ()


def checked_answer(
    signature: SignatureDef, outputs: Mapping[str, np.ndarray], names: Collection[str]
) -> dict[str, np.ndarray]:
    """The outputs wanted of an answer to `with_reports`, unless all images of the request have failed.

    Where only some of several have, each is told by its `status`.

    Raises:
        Refusal: INVALID_ARGUMENT, with the message of the first image.
    """
    if _reports(signature):
        failed, messages = outputs[STATUS] == INVALID.value[0], outputs[MESSAGE]
        if failed.size and failed.all():
            reason = messages.ravel()[0].decode(errors="replace")
            several = f"all {failed.size} images fail; the first: " if failed.size > 1 else ""
            raise invalid(several + reason)
    return {name: outputs[name] for name in names or outputs}


def _reports(signature: SignatureDef) -> tuple[str, ...]:
    """The outputs that tell of each image whether it failed, and why; none if the signature has no such."""
    kinds = {STATUS: tf.int32, MESSAGE: tf.string}
    has = all(name in signature.outputs and signature.outputs[name].dtype == kind for name, kind in kinds.items())
    return tuple(kinds) if has else ()
