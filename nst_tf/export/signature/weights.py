"""The weights of a network as a SavedModel holds them: in half precision where that loses nothing, cast when used.

The bundled weights are float16 on disk, so an exported network is half as large and computes the same to the bit.
"""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

__all__ = ["Stored"]


def _stored(variable: keras.Variable) -> tf.Variable:
    values = variable.value.numpy()
    half = values.astype(np.float16) if values.dtype == np.float32 else values
    same = half.astype(values.dtype) == values
    return tf.Variable(half if same.all() else values, trainable=False, name=variable.name)


class Stored:
    """Variables of Keras models, copied into ones that are stored.

    Args:
        models: One or more, in use while tracing only.

    Attributes:
        variables: Those to be saved.
    """

    def __init__(self, models: Iterable[keras.Model]):
        own = {id(variable): variable for model in models for variable in model.variables}
        self._own = list(own.values())
        with np.errstate(over="ignore"):
            self.variables = [_stored(variable) for variable in self._own]

    def scope(self) -> keras.StatelessScope:
        """Within it, the models take their values from the stored variables."""
        pairs = zip(self._own, self.variables, strict=True)
        return keras.StatelessScope([(own, tf.cast(stored, own.dtype)) for own, stored in pairs])
