"""A network as the sequence of its steps, whatever it is built of: what visualizations run, tap and run backwards.

Keras hides the layers of a model within a model, and fuses a convolution with the activation behind it. Here nested
models are taken apart, and a fused activation is a step of its own.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import InputError, unknown

__all__ = ["Graph", "Step", "as_functional", "calls", "is_relu", "replay", "softmax_layer"]

FUSED = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)
IMAGE = 0  # the number of the value that is the input


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of a network. Values are numbered; number 0 is the image.

    Attributes:
        name: Of the layer, `"outer/inner"` in a nested model. What a convolution or dense layer with a fused
            activation computes before it is named `"layer/linear"`.
        operation: The Keras layer or operation.
        inputs: The numbers of the values it takes.
        outputs: The numbers of the values it makes.
        shape: Of the first of these, with `None` for what is free: `(batch, rows, columns, channels)`.
        call: From the list of values it takes to the list of those it makes.
    """

    name: str
    operation: keras.Operation
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    shape: tuple[int | None, ...]
    call: Callable[[list[tf.Tensor]], list[tf.Tensor]]


def is_relu(operation: keras.Operation) -> bool:
    """Whether an operation rectifies: `max(x, 0)`, which may be cut off above as in ReLU6."""
    if isinstance(operation, keras.layers.ReLU):
        return not operation.negative_slope and not operation.threshold
    if isinstance(operation, keras.layers.Activation):
        # Keras's own, those of `keras.ops` and of TensorFlow.
        return getattr(operation.activation, "__name__", None) in ("relu", "relu6")
    # `keras.ops.relu` of a symbolic tensor; the classes of these operations are not public.
    return type(operation).__name__ in ("Relu", "Relu6")


class Graph:
    """The steps of a model, in an order in which they can be run.

    Args:
        model: A functional or sequential model with one input, images `(batch, height, width, 3)` in [0, 1]. Its
            weights are shared, not copied.

    Attributes:
        model: As given.
        steps: All of them.
        start: The number of the value that is given: that of the image, but see `above`.
        outputs: The numbers of what the model gives.

    Raises:
        InputError: The model is neither of both, or has several inputs.
    """

    start = IMAGE

    def __init__(self, model: keras.Model):
        if as_functional(model) is None:
            raise InputError(f"{model.name} is a {type(model).__name__}; it must be a functional or sequential model")
        if len(model.inputs) != 1:
            raise InputError(f"{model.name} has {len(model.inputs)} inputs; it must take one image")
        self.model = model
        self.steps: list[Step] = []
        self._count = 1
        self.outputs = self._trace(model, [IMAGE], "")

    def _number(self) -> int:
        self._count += 1
        return self._count - 1

    def _trace(self, model: keras.Model, inputs: Sequence[int], path: str) -> list[int]:
        """Adds the steps of a model; from the numbers of its inputs to those of its outputs."""
        model = as_functional(model)
        numbers = dict(zip(map(id, model.inputs), inputs, strict=True))
        for node in calls(model):
            taken = [numbers[id(tensor)] for tensor in node.input_tensors]
            if as_functional(node.operation) is not None:
                made = self._trace(node.operation, taken, f"{path}{node.operation.name}/")
            else:
                made = self._add(node, taken, path + node.operation.name)
            numbers.update(zip(map(id, node.outputs), made, strict=True))
        return [numbers[id(tensor)] for tensor in model.outputs]

    def _add(self, node, inputs: list[int], name: str) -> list[int]:
        layer, shape = node.operation, tuple(node.outputs[0].shape)
        outputs = [self._number() for _ in node.outputs]
        if isinstance(layer, FUSED) and layer.activation is not keras.activations.linear:
            linear = self._number()
            call = partial(_call_linear, layer)
            self.steps.append(Step(f"{name}/linear", layer, tuple(inputs), (linear,), shape, call))
            layer = keras.layers.Activation(layer.activation, dtype=layer.dtype_policy)
            self.steps.append(Step(name, layer, (linear,), tuple(outputs), shape, partial(_call_one, layer)))
        else:
            self.steps.append(
                Step(name, layer, tuple(inputs), tuple(outputs), shape, partial(_call_node, layer, node.arguments))
            )
        return outputs

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all steps, in order; of a layer that is used several times, once for each."""
        return tuple(step.name for step in self.steps)

    @cached_property
    def precision(self) -> str:
        """The narrowest numbers that its layers compute with, such as `"float32"` or `"bfloat16"`."""
        layers = [step.operation for step in self.steps if isinstance(step.operation, keras.layers.Layer)]
        kinds = [layer.compute_dtype for layer in layers]
        return min(kinds, key=lambda kind: tf.as_dtype(kind).size, default="float32")

    @cached_property
    def maps(self) -> tuple[str, ...]:
        """The names of the layers that give rectified feature maps; of those that convolve if there is none such."""
        rectified = tuple(step.name for step in self.steps if is_relu(step.operation) and len(step.shape) == 4)
        return rectified or tuple(step.name for step in self.steps if isinstance(step.operation, keras.layers.Conv2D))

    def step(self, name: str) -> Step:
        """The step of that name; the last, if there are several.

        Raises:
            InputError: There is none.
        """
        for step in reversed(self.steps):
            if step.name == name:
                return step
        raise unknown("layer", name, self.names)

    def upto(self, layers: Iterable[str]) -> list[Step]:
        """The steps that these layers depend on, and themselves, in order.

        Raises:
            InputError: A layer is unknown.
        """
        needed = {number for name in layers for number in self.step(name).outputs}
        steps = []
        for step in reversed(self.steps):
            if needed.intersection(step.outputs):
                steps.append(step)
                needed.update(number for number in step.inputs if number != self.start)
        return steps[::-1]

    def above(self, layer: str) -> "Graph":
        """The part of the network that takes the maps of a layer, in place of images.

        Args:
            layer: Its name. Layers that do not depend on it alone cannot be asked for.

        Raises:
            InputError: The layer is unknown.
        """
        above = copy.copy(self)
        above.start = self.step(layer).outputs[0]
        return above

    def features(self, images: tf.Tensor, layers: Sequence[str]) -> dict[str, tf.Tensor]:
        """The outputs of chosen layers; runs no deeper than they are.

        Args:
            images: `(batch, height, width, 3)` in [0, 1]; or maps, see `above`.
            layers: Names of layers.

        Returns:
            Feature maps `(batch, rows, columns, channels)`, or what else the layer gives, by layer name.

        Raises:
            InputError: A layer is unknown.
        """
        values = {self.start: images}
        for step in self.upto(layers):
            made = step.call([values[number] for number in step.inputs])
            values.update(zip(step.outputs, made, strict=True))
        return {name: values[self.step(name).outputs[0]] for name in layers}


def as_functional(model: keras.Operation) -> keras.Model | None:
    """A functional or built sequential model as a functional one; `None` for what is neither, such as a layer."""
    model = model._functional if isinstance(model, keras.Sequential) else model
    return model if hasattr(model, "_nodes_by_depth") else None


def calls(model: keras.Model) -> Iterator:
    """The calls that a functional model consists of, inputs excepted, in the order in which Keras runs them."""
    for depth in sorted(model._nodes_by_depth, reverse=True):
        yield from (node for node in model._nodes_by_depth[depth] if not node.is_input)


def replay(
    model: keras.Model, image: keras.KerasTensor, change: Callable[[keras.Model], keras.Model] = lambda nested: nested
) -> Any:
    """Calls the layers of a functional model once more, on another input.

    Args:
        model: With one input.
        image: In its place.
        change: Gives the model to call instead of a nested one.

    Returns:
        The outputs, structured as the model's.
    """
    values = {id(model.inputs[0]): image}
    for call in calls(model):
        nested = as_functional(call.operation) is not None
        operation = change(call.operation) if nested else call.operation
        positional, named = call.arguments.fill_in(values)
        values.update(zip(map(id, call.outputs), keras.tree.flatten(operation(*positional, **named)), strict=True))
    return keras.tree.pack_sequence_as(model.output, [values[id(output)] for output in model.outputs])


def _call_node(operation, arguments, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    tensors = dict(zip(map(id, arguments.keras_tensors), inputs, strict=True))
    positional, named = arguments.fill_in(tensors)
    return keras.tree.flatten(operation(*positional, **named))


def _call_one(operation, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    return [operation(inputs[0])]


def _call_linear(layer, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    """A convolution or dense layer without its activation."""
    x = tf.cast(inputs[0], layer.compute_dtype)
    kernel = tf.cast(layer.kernel, x.dtype)
    if isinstance(layer, keras.layers.Dense):
        made = tf.matmul(x, kernel)
    elif isinstance(layer, keras.layers.DepthwiseConv2D):
        window = (layer.strides, layer.padding, layer.data_format, layer.dilation_rate)
        made = keras.ops.depthwise_conv(x, kernel, *window)
    else:
        made = layer.convolution_op(x, kernel)
    return [made + tf.cast(layer.bias, made.dtype) if layer.use_bias else made]


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
