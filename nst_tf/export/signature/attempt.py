"""What may fail in a graph, tried: TensorFlow's graphs have no other way to catch an error than a dataset."""

from collections.abc import Callable

import tensorflow as tf

__all__ = ["attempt"]


def attempt(function: Callable[[tf.Tensor], tf.Tensor], argument: tf.Tensor, otherwise: tf.Tensor) -> tf.Tensor:
    """The value of a function, or another value if one of its operations fails.

    Args:
        function: Of one tensor; it captures no variables.
        argument: For it.
        otherwise: The value where it fails, of the same type and rank.
    """
    tried = tf.data.Dataset.from_tensors(argument).map(function).ignore_errors()
    return tried.concatenate(tf.data.Dataset.from_tensors(otherwise)).take(1).get_single_element()
