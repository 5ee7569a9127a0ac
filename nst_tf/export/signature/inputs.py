"""The inputs of a signature, and what is refused of them by name.

A *problem* is a scalar string: empty where all is well, else what is wrong and what would be right. Every check in a
graph gives one, so that a batch can answer each image on its own and a single request can fail as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from nst_tf.settings import Control

__all__ = ["Input", "first_problem", "problem_if"]

DTYPES = {bool: tf.bool, int: tf.int32, float: tf.float32, str: tf.string}
SEED = tf.int64  # what holds the largest numbers


@dataclass(frozen=True)
class Input:
    """One input of a signature; its first dimension is the batch.

    Attributes:
        name: As clients write it.
        dtype: Of its values.
        text: What it is, for people.
        shape: Of the value of one item, without the batch.
        default: The value of an item where the input is left out; `None` if it must be given.
        least: The least number allowed.
        most: The largest one.
        choices: The strings allowed; empty for numbers.
    """

    name: str
    dtype: tf.DType
    text: str
    shape: tuple[int | None, ...] = ()
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, control: Control, **changes: Any) -> "Input":
        """The input that is a control of the catalogue.

        Args:
            control: Which.
            **changes: Attributes that only the model knows, such as the layers that may be asked for.
        """
        dtype = SEED if control.most is not None and control.most > tf.int32.max else DTYPES[control.kind]
        shape = (None,) if control.several else ()
        return replace(
            cls(
                control.name, dtype, control.help, shape, control.default, control.least, control.most, control.choices
            ),
            **changes,
        )

    @property
    def spec(self) -> tf.TensorSpec:
        """What the signature takes."""
        return tf.TensorSpec([None, *self.shape], self.dtype, self.name)

    @property
    def batched_default(self) -> tf.Tensor | None:
        """The default for a batch of one; a tensor, since a SavedModel keeps no other."""
        return None if self.default is None else tf.constant([self.default], self.dtype)

    @property
    def allowed(self) -> str:
        """The values allowed, in words; empty if all are."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return "" if self.least is None else f"from {self.least:g} to {self.most:g}"

    @property
    def key(self) -> str:
        """The name under which a model finds the value."""
        return self.name

    def read(self, value: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The problem with the value of an item, and the value as a model takes it."""
        return self.problem(value), value

    def problem(self, value: tf.Tensor) -> tf.Tensor:
        """What is wrong with the value of one item; not finite numbers are in no range."""
        if self.choices:
            wrong = ~tf.reduce_any(value == tf.constant(self.choices))
        elif self.least is None:
            return tf.constant("")
        else:
            inside = (value >= tf.cast(self.least, self.dtype)) & (value <= tf.cast(self.most, self.dtype))
            wrong = ~tf.reduce_all(inside) | (tf.size(value) == 0)
        return problem_if(wrong, f"{self.name} is ", _text(value), f"; it must be {self.allowed}")


def _text(value: tf.Tensor) -> tf.Tensor:
    words = value if value.dtype == tf.string else _number_text(value)
    return tf.strings.reduce_join(tf.reshape(words, [-1]), separator=", ")


def _number_text(value: tf.Tensor) -> tf.Tensor:
    return tf.strings.as_string(value, shortest=True) if value.dtype.is_floating else tf.strings.as_string(value)


def problem_if(wrong: tf.Tensor, *parts: str | int | tf.Tensor) -> tf.Tensor:
    """The problem made of these parts, strings and whole numbers, where a condition holds; else none."""
    return tf.where(wrong, tf.strings.join([_text(tf.convert_to_tensor(part)) for part in parts]), "")


def first_problem(problems: Iterable[tf.Tensor]) -> tf.Tensor:
    """The first problem that is one, or none."""
    found = tf.constant("")
    for problem in problems:
        found = tf.where(found == "", problem, found)
    return found
