"""The numbers that networks compute with: float32, or bfloat16 where a machine is faster with it.

bfloat16 has the range of float32, and 8 bits of its 24 for the digits. Keras' policy `mixed_bfloat16` keeps weights in
float32 and rounds them, and what goes from layer to layer, when they are used.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from nst_tf.backbones.graph import as_functional
from nst_tf.errors import InputError, unknown
from nst_tf.layers import Preprocess

__all__ = [
    "MIXED",
    "MachinePrecision",
    "dtype_policy",
    "for_this_machine",
    "in_bfloat16",
    "machine_precision",
    "policy_of",
]

PRECISIONS = ("auto", "float32", "bfloat16")
PROCESSOR = Path("/proc/cpuinfo")  # of Linux
FLAG = "avx512_bf16"
CAPABILITY = (8, 0)  # of the first NVIDIA GPUs that compute in bfloat16
MIXED = "mixed_bfloat16"  # the policy of Keras
OF_PIXELS = (Preprocess, keras.layers.Rescaling, keras.layers.Normalization)


class MachinePrecision(NamedTuple):
    """What networks compute with on a machine if nobody says otherwise.

    Attributes:
        name: `"float32"` or `"bfloat16"`.
        reason: Why, in words.
    """

    name: str
    reason: str


def machine_precision() -> MachinePrecision:
    """What networks had better compute with on this machine: bfloat16 where its GPU or else its processor has it.

    A processor has it if Linux lists the flag `avx512_bf16`, a GPU from compute capability 8.0 on. Others are taken to
    be no faster with it.
    """
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        able = FLAG in _processor_flags()
        return MachinePrecision(_name(able), f"the processor has {'' if able else 'no '}{FLAG}")
    capability = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability")
    if capability is None:
        return MachinePrecision("float32", "the GPU tells no compute capability")
    told = f"the GPU has compute capability {'.'.join(map(str, capability))}"
    return MachinePrecision(_name(tuple(capability) >= CAPABILITY), f"{told}; bfloat16 takes 8.0")


def _name(able: bool) -> str:
    return "bfloat16" if able else "float32"


def _processor_flags() -> list[str]:
    """The flags of the first processor; none where the system does not list them."""
    try:
        with PROCESSOR.open() as lines:
            return next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return []


def for_this_machine(precision: str) -> str:
    """A precision as it was asked for; `"float32"` for `"auto"` on a machine that is no faster with bfloat16.

    Raises:
        InputError: It is none of `"auto"`, `"float32"` and `"bfloat16"`.
    """
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    return "float32" if precision == "auto" and machine_precision().name == "float32" else precision


def policy_of(precision: str) -> str:
    """Keras' policy for layers of a network of ours in a precision as `for_this_machine` gives it."""
    return "float32" if precision == "float32" else MIXED


@contextlib.contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Makes layers of this Keras policy in the block."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_bfloat16(model: keras.Model) -> keras.Model:
    """A copy of a network that computes in bfloat16, but for the layers that bring pixels to what it takes.

    Layers that have another policy than float32 keep theirs.

    Args:
        model: Functional or sequential, with one input, of layers that Keras can copy.

    Raises:
        InputError: It cannot compute in bfloat16; the message says why.
    """
    try:
        copy = keras.models.clone_model(as_functional(model), clone_function=_layer_in_bfloat16, recursive=True)
        copy.set_weights(model.get_weights())
        # Keras takes the word of some layers for what they give; only running them shows whether they can.
        tf.function(copy, autograph=False).get_concrete_function(tf.TensorSpec(copy.inputs[0].shape))
    except Exception as error:  # Of any kind: layers of others raise what they like.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(
            f"precision is 'bfloat16', in which {model.name} cannot compute: {reason}; float32 and auto do for it"
        ) from error
    return copy


def _layer_in_bfloat16(layer: keras.Operation) -> keras.Operation:
    if not isinstance(layer, keras.layers.Layer):  # an operation of `keras.ops`, which has neither policy nor weights
        return layer
    if isinstance(layer, keras.layers.TFSMLayer):
        raise InputError("a SavedModel computes as it was exported")
    config = layer.get_config()
    if layer.dtype_policy.name == "float32" and not isinstance(layer, OF_PIXELS):
        config["dtype"] = MIXED
    return type(layer).from_config(config)
