"""A signature: a function of named tensors, and what people have to know of them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from nst_tf.export.signature.batches import Values, defaults
from nst_tf.export.signature.inputs import Input

__all__ = ["STATUS", "Signature", "encoded_signatures"]

# What every signature that takes encoded images answers besides.
STATUS = {
    "status": "0, or 3 (INVALID_ARGUMENT) where there is a message",
    "message": "empty, or what was wrong and what would be right",
}


@dataclass(frozen=True)
class Signature:
    """One signature of a model.

    Attributes:
        body: From the inputs by name to the outputs by name; traced once.
        inputs: In the order of its positional arguments in Python; those with a default come last.
        outputs: What each output is, by name.
        example: Small values of the inputs to warm up with; `None` for a signature that is not warmed up.
    """

    body: Callable[[Values], Values]
    inputs: Sequence[Input]
    outputs: Mapping[str, str]
    example: Mapping[str, Any] | None = None

    def function(self) -> tf.types.experimental.PolymorphicFunction:
        """The compiled function of the inputs, with the defaults that they have."""

        def call(*values):
            return self.body(dict(zip(names, values, strict=True)))

        names = [one.name for one in self.inputs]
        call.__signature__ = inspect.Signature([_parameter(one) for one in self.inputs])
        return tf.function(call, input_signature=[one.spec for one in self.inputs], autograph=False)

    def called(self, function: tf.types.experimental.PolymorphicFunction) -> tf.types.experimental.PolymorphicFunction:
        """The function as a Keras layer can call it: its images are arguments, or all in a dict that is the first one.

        Args:
            function: As `function` gave it; what it computes is not traced again.
        """

        def call(*values):
            given = dict(zip(names, values, strict=True))
            return function(**(given | given[first] if isinstance(given[first], Mapping) else given))

        names = [one.name for one in self.inputs]
        first, *others = [one.name for one in self.inputs if one.default is None]
        call.__signature__ = inspect.Signature([_parameter(one, one.name in others) for one in self.inputs])
        made = tf.function(call, autograph=False)
        specs = {one.name: one.spec for one in self.inputs}
        images = {name: specs[name] for name in (first, *others)}
        made.get_concrete_function(**specs)
        made.get_concrete_function(**{**specs, **dict.fromkeys(others), first: images})
        return made


def _parameter(given: Input, can_be_left_out: bool = False) -> inspect.Parameter:
    default = inspect.Parameter.empty if given.default is None and not can_be_left_out else given.batched_default
    return inspect.Parameter(given.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


def encoded_signatures(
    body: Callable[[Values], Values],
    encoded: Sequence[Input],
    controls: Sequence[Input],
    outputs: Mapping[str, str],
    example: Mapping[str, Any] | None,
    small: Mapping[str, Any],
) -> dict[str, Signature]:
    """`controls`, of encoded images and of what else can be asked for, and `serving_default`, of the images alone.

    Both run one graph.

    Args:
        body: As that of `controls`.
        encoded: The images.
        controls: The other inputs, which all have defaults.
        outputs: See `Signature`.
        example: Images to warm up the default signature with, if at all.
        small: Inputs to warm up `controls` with.
    """
    inputs = [*encoded, *controls]
    shared = tf.function(body, input_signature=[{one.name: one.spec for one in inputs}], autograph=False)
    return {
        "serving_default": Signature(lambda batch: shared(batch | defaults(controls)), encoded, outputs, example),
        "controls": Signature(shared, inputs, outputs, small),
    }
