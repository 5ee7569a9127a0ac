"""The parts of a network for any style, traced once for pictures of any size."""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from nst_tf.one_pass.stylizer import Stylizer

__all__ = ["CompiledStylizer", "compiled", "compiled_stylizer"]


def _any_size(value: Any) -> Any:
    """What stands for a tensor of any height and width if it is an image, of any length if not; all else is itself.

    A length of 1 is that of a batch, and stays.
    """
    if not tf.is_tensor(value):
        return value
    free = (1, 2) if value.shape.rank == 4 else (0,)
    shape = [None if axis in free and side != 1 else side for axis, side in enumerate(value.shape)]
    return tf.TensorSpec(shape, value.dtype)


def compiled(function: Callable) -> Callable:
    """A function that is traced for tensors of any size before it is called with one.

    Traced for the first picture's own size, it would round in another way than for those after it, and a place whose
    neighbour is in the balance would get another: the same picture would depend on what was painted before.
    """
    traced = tf.function(function, autograph=False)

    def call(*arguments):
        traced.get_concrete_function(*tf.nest.map_structure(_any_size, arguments))
        return traced(*arguments)

    return call


class CompiledStylizer:
    """The compiled parts of a network, traced once for pictures of any size; see `Stylizer`."""

    def __init__(self, stylizer: Stylizer):
        self.stylizer = stylizer
        self.sizes, self.stages = stylizer.sizes, stylizer.stages
        self.study, self.paint, self.stylise = map(compiled, (stylizer.study, stylizer.paint, stylizer.stylise))


@functools.lru_cache(maxsize=2)
def compiled_stylizer(stylizer: Stylizer) -> CompiledStylizer:
    """The compiled parts of a network, kept for the last two."""
    return CompiledStylizer(stylizer)
