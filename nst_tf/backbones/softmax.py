"""Whether a network tells classes apart."""

import keras

from nst_tf.backbones.graph import Graph

__all__ = ["softmax_layer"]


def softmax_layer(graph: Graph) -> str | None:
    """The name of a network's output if it is the softmax of classes, `(batch, classes)`; `None` if it is not."""
    outputs = [step for step in graph.steps if graph.outputs == list(step.outputs)]
    if not outputs or len(outputs[0].shape) != 2:
        return None
    return outputs[0].name if _is_softmax(outputs[0].operation) else None


def _is_softmax(operation: keras.Operation) -> bool:
    # `keras.ops.softmax` of a symbolic tensor is an operation too, whose class is not public.
    activation = getattr(operation, "activation", None)
    return activation is keras.activations.softmax or type(operation).__name__ == "Softmax"
