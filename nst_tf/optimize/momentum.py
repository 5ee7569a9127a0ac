"""Gradient descent with momentum in phases, as Mahendran and Vedaldi (arXiv 1412.0035, section 3) use it.

With the number n of values in an image x, the rate r of the phase and g = n grad f(x):

    v <- decay v - r g,    x <- x + v

n makes one rate fit images of all sizes if f is a mean over pixels. v is 0 at the start of each phase, since what was
gathered at a large rate would overshoot at a small one. Pixels are not bounded.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

import tensorflow as tf

from nst_tf.optimize.loop import Carry, resized

__all__ = ["Momentum", "MomentumState"]


class MomentumState(NamedTuple):
    """Where the optimisation of a batch of images stands."""

    image: tf.Tensor  # (batch, height, width, 3)
    velocity: tf.Tensor  # like image
    value: tf.Tensor  # (batch,), of the image before the last step
    count: tf.Tensor  # a scalar: steps taken


class Momentum:
    """Gradient descent with momentum.

    Args:
        rates: The learning rate of each phase.
        steps: How many steps each phase has; the last goes on for as long as it is stepped.
        decay: Share of the velocity that is left after a step.
    """

    def __init__(self, rates: Sequence[float], steps: Sequence[int], decay: float = 0.9):
        self.rates = tuple(rates)
        self.ends = tuple(accumulate(steps))[:-1]
        self.decay = decay

    def start(self, image: tf.Tensor) -> MomentumState:
        """The state before the first evaluation, from images `(batch, height, width, 3)`."""
        image = tf.convert_to_tensor(image)
        value = tf.fill(image.shape[:1], tf.constant(float("inf"), image.dtype))
        return MomentumState(image, tf.zeros_like(image), value, tf.constant(0))

    def step(
        self, state: MomentumState, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    ) -> MomentumState:
        """One step along the velocity."""
        value, gradient = value_and_gradient(state.image)
        rate, decay = self._pace(state.count, gradient.dtype)
        size = tf.cast(tf.size(gradient[0]), gradient.dtype)
        velocity = decay * state.velocity - rate * size * gradient
        return MomentumState(state.image + velocity, velocity, value, state.count + 1)

    def _pace(self, count: tf.Tensor, dtype: tf.DType) -> tuple[tf.Tensor, tf.Tensor]:
        """The learning rate, and the share of the velocity that is kept, of the step after so many."""
        ends = tf.constant(self.ends, tf.int32)
        phase = tf.reduce_sum(tf.cast(count >= ends, tf.int32))
        rate, decay = tf.constant(self.rates, dtype)[phase], tf.constant(self.decay, dtype)
        return rate, tf.where(tf.reduce_any(count == ends), tf.zeros([], dtype), decay)

    def image(self, state: MomentumState) -> tf.Tensor:
        """The images, `(batch, height, width, 3)`, not bounded."""
        return state.image

    def loss(self, state: MomentumState) -> tf.Tensor:
        """The value of the images before the last step, `(batch,)`; infinite before the first evaluation."""
        return state.value

    def resume(self, state: MomentumState) -> MomentumState:
        """Goes on as before: no value is remembered."""
        return state

    def enlarge(self, state: MomentumState, image: tf.Tensor, carry: Carry = resized) -> MomentumState:
        """Starts anew from images of another size."""
        del state, carry
        return self.start(image)
