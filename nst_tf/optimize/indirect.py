"""Optimises images through what they are made from, and through what is done to them before they are looked at.

With the parameters p, the image x(p) and a random transform T_t of step t, the optimizer minimises f(T_t(x(p))) over p.
From outside, it optimises images like any other.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from nst_tf.optimize.loop import Carry, Optimizer, resized

__all__ = ["Canvas", "Indirect", "IndirectState"]


class Canvas(Protocol):
    """Makes images of parameters, and finds the parameters of images; both are `(batch, height, width, 3)`."""

    def image(self, parameters: tf.Tensor) -> tf.Tensor:
        """The images of these parameters."""

    def of(self, image: tf.Tensor) -> tf.Tensor:
        """The parameters of these images."""


class IndirectState(NamedTuple):
    """Where the optimisation of a batch of images stands."""

    inner: Any  # the optimizer's state, of parameters
    key: tf.Tensor  # (2,) int64: the seed, and how many steps were taken


class Indirect:
    """An optimizer of images that lets another one optimise their parameters.

    Args:
        optimizer: Of the parameters; they are not bounded.
        canvas: What images are made from.
        transform: From images and the key of the step to the images that are measured.
    """

    def __init__(self, optimizer: Optimizer, canvas: Canvas, transform: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]):
        self.optimizer = optimizer
        self.canvas = canvas
        self.transform = transform

    def start(self, image: tf.Tensor, seed: int = 0) -> IndirectState:
        """The state before the first evaluation, from images `(batch, height, width, 3)` and the transforms' seed."""
        key = tf.stack([tf.cast(seed, tf.int64), tf.zeros([], tf.int64)])
        return IndirectState(self.optimizer.start(self.canvas.of(image)), key)

    def step(
        self, state: IndirectState, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    ) -> IndirectState:
        """One step of the parameters."""

        def through(parameters):
            with tf.GradientTape() as tape:
                tape.watch(parameters)
                view = self.transform(self.canvas.image(parameters), state.key)
            value, gradient = value_and_gradient(view)
            return value, tape.gradient(view, parameters, output_gradients=gradient)

        return IndirectState(self.optimizer.step(state.inner, through), tf.add(state.key, [0, 1]))

    def image(self, state: IndirectState) -> tf.Tensor:
        """The images of the parameters, `(batch, height, width, 3)`, not transformed."""
        return self.canvas.image(self.optimizer.image(state.inner))

    def loss(self, state: IndirectState) -> tf.Tensor:
        """The value of the transformed images of the last step, `(batch,)`; infinite before the first."""
        return self.optimizer.loss(state.inner)

    def resume(self, state: IndirectState) -> IndirectState:
        """As the optimizer of the parameters does."""
        return state._replace(inner=self.optimizer.resume(state.inner))

    def enlarge(self, state: IndirectState, image: tf.Tensor, carry: Carry = resized) -> IndirectState:
        """Goes on from images of another size, with the transforms that come next."""
        del carry
        return self.start(image)._replace(key=state.key)
