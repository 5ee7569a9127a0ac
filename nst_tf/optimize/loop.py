"""The one loop of the package: an optimizer steps an image many times in one compiled call.

The graph is traced once, for images of any height and width: batches, scales, targets and weights are its arguments.
It is a plain graph, not an XLA one, because XLA compiles anew for each shape (3-8 s), runs convolutions inside a loop
on one thread, and is no faster than the convolutions of the plain graph.
"""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import tensorflow as tf

__all__ = ["Carry", "Loop", "Optimizer", "any_size", "resized"]

Value = Callable[..., tf.Tensor]
# From maps of the images of before, the images of now and a method of `tf.image.resize` to maps of the images of now.
Carry = Callable[[tf.Tensor, tf.Tensor, str], tf.Tensor]


def resized(maps: tf.Tensor, images: tf.Tensor, method: str) -> tf.Tensor:
    """What belongs to the pixels of images, brought to those of the same images of another size."""
    return tf.image.resize(maps, images.shape[1:3], method=method)


class Optimizer(Protocol):
    """What `Loop` runs. A state is a NamedTuple of tensors, images among them as `(..., height, width, 3)`."""

    def start(self, image: tf.Tensor) -> Any:
        """The state before the first evaluation, from images `(batch, height, width, 3)`."""

    def step(self, state: Any, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]) -> Any:
        """The state after exactly one more evaluation."""

    def image(self, state: Any) -> tf.Tensor:
        """The best images so far, `(batch, height, width, 3)`."""

    def loss(self, state: Any) -> tf.Tensor:
        """The value last reached, `(batch,)`; infinite before the first evaluation."""

    def resume(self, state: Any) -> Any:
        """The state to go on with when what is minimised has changed, but not the images."""

    def enlarge(self, state: Any, image: tf.Tensor, carry: Carry = resized) -> Any:
        """The state to go on with from images of another size, to which `carry` brings what belongs to pixels."""


def any_size(value: Any) -> tf.TypeSpec:
    """What a compiled function is to take so that images of any height and width will do.

    Args:
        value: A tensor, or an extension type such as an objective. Tensors of four or more dimensions are images or
            feature maps, `(..., height, width, channels)`.
    """
    spec = tf.type_spec_from_value(value)
    if not isinstance(spec, tf.TensorSpec):  # of an extension type: relax what it is made of
        return tf.type_spec_from_value(tf.nest.map_structure(_relaxed, spec, expand_composites=True))
    return _relaxed(spec)


def _relaxed(spec: tf.TensorSpec) -> tf.TensorSpec:
    if spec.shape.rank < 4:
        return spec
    return tf.TensorSpec([*spec.shape[:-3], None, None, spec.shape[-1]], spec.dtype)


class Loop:
    """Minimises a value of images by an optimizer, in compiled calls of many steps.

    Args:
        value: Maps images `(batch, height, width, 3)` and further arguments to `(batch,)`. Images do not influence
            each other's values.
        optimizer: Such as `Lbfgs()` or `Adam()`.

    Attributes:
        optimizer: As given.
    """

    def __init__(self, value: Value, optimizer: Optimizer):
        self.optimizer = optimizer
        self._value = value
        self._compiled = {}
        self._lock = threading.Lock()

    def value_and_gradient(self, image: tf.Tensor, *arguments: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """The value of each image, `(batch,)`, and its gradient, shaped like `image`."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(image)
            value = self._value(image, *arguments)
        return value, tape.gradient(value, image, unconnected_gradients="zero")

    def _advance(self, state, steps, *arguments):
        def step(count, state):
            return count + 1, self.optimizer.step(state, lambda image: self.value_and_gradient(image, *arguments))

        shapes = tf.nest.map_structure(lambda tensor: tensor.shape, state)
        _, state = tf.while_loop(
            lambda count, _: count < steps,
            step,
            (tf.constant(0), state),
            shape_invariants=(tf.TensorShape([]), shapes),
            parallel_iterations=1,
        )
        return state

    def advance(self, state: Any, steps: int, *arguments: Any) -> Any:
        """The state after `steps` more evaluations, all in one compiled call.

        Args:
            state: From `optimizer.start`, or of an earlier call.
            steps: How many.
            *arguments: Further arguments of `value`; tensors and structures of them (objectives, too).
        """
        inputs = (state, tf.convert_to_tensor(steps), *arguments)
        specs = tf.nest.map_structure(any_size, inputs)
        key = tuple(tf.nest.flatten(specs))
        with self._lock:
            if key not in self._compiled:
                self._compiled[key] = tf.function(self._advance, input_signature=specs, autograph=False)
        return self._compiled[key](*inputs)

    @property
    def traces(self) -> int:
        """How often a graph was traced so far."""
        return sum(function.experimental_get_tracing_count() for function in self._compiled.values())
