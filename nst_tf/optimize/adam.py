"""Adam (Kingma and Ba 2014) on pixels, with the average of its iterates as the result.

After every step the pixels are clamped to their bounds. Adam circles its minimum at a distance set by the learning
rate; the exponential moving average of the iterates lies nearer to it than each of them. Like Adam's own moments, it
starts at 0 and is corrected for that by 1 / (1 - decay^t).
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from nst_tf.optimize.loop import Carry, resized

__all__ = ["Adam", "AdamState"]

EPSILON = 1e-8


class AdamState(NamedTuple):
    """Where the optimisation of a batch of images stands."""

    iterate: tf.Tensor  # (batch, height, width, 3)
    first: tf.Tensor  # like iterate: decaying sum of gradients
    second: tf.Tensor  # like iterate: decaying sum of squared gradients
    average: tf.Tensor  # like iterate: decaying sum of iterates
    value: tf.Tensor  # (batch,), of the iterate before the last step
    count: tf.Tensor  # a scalar: steps behind the moments, over all scales
    averaged: tf.Tensor  # a scalar: steps behind the average, on this scale


class Adam:
    """Adam with clamped pixels and averaged iterates.

    Args:
        rate: Learning rate, in units of the range [0, 1] of a pixel.
        betas: Decay of the first and of the second moment.
        decay: Of the average of the iterates, in [0, 1); 0 takes the last iterate.
        low: The least value of a pixel.
        high: The largest.
    """

    def __init__(
        self,
        rate: float = 0.02,
        betas: tuple[float, float] = (0.9, 0.99),
        decay: float = 0.99,
        low: float = 0.0,
        high: float = 1.0,
    ):
        self.rate = rate
        self.betas = betas
        self.decay = decay
        self.low = low
        self.high = high

    def start(self, image: tf.Tensor) -> AdamState:
        """The state before the first evaluation, from images `(batch, height, width, 3)`."""
        image = tf.clip_by_value(tf.convert_to_tensor(image), self.low, self.high)
        zeros = tf.zeros_like(image)
        value = tf.fill(image.shape[:1], tf.constant(float("inf"), image.dtype))
        nothing = tf.zeros([], image.dtype)
        return AdamState(image, zeros, zeros, zeros, value, nothing, nothing)

    def step(
        self, state: AdamState, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    ) -> AdamState:
        """One step against the gradient."""
        value, gradient = value_and_gradient(state.iterate)
        count, averaged = state.count + 1, state.averaged + 1
        beta1, beta2 = self.betas
        first = beta1 * state.first + (1 - beta1) * gradient
        second = beta2 * state.second + (1 - beta2) * tf.square(gradient)
        change = (first / (1 - beta1**count)) / (tf.sqrt(second / (1 - beta2**count)) + EPSILON)
        iterate = tf.clip_by_value(state.iterate - self.rate * change, self.low, self.high)
        average = self.decay * state.average + (1 - self.decay) * iterate
        return AdamState(iterate, first, second, average, value, count, averaged)

    def image(self, state: AdamState) -> tf.Tensor:
        """The averaged images, `(batch, height, width, 3)`; before the first step, the images started from."""
        average = tf.math.divide_no_nan(state.average, 1 - self.decay**state.averaged)
        return tf.where(state.averaged > 0, tf.clip_by_value(average, self.low, self.high), state.iterate)

    def loss(self, state: AdamState) -> tf.Tensor:
        """The value of the last iterate evaluated, `(batch,)`; infinite before the first evaluation."""
        return state.value

    def resume(self, state: AdamState) -> AdamState:
        """Goes on as before: no value is remembered."""
        return state

    def enlarge(self, state: AdamState, image: tf.Tensor, carry: Carry = resized) -> AdamState:
        """Goes on from images of another size with the moments carried to it; the average starts anew."""
        fresh = self.start(image)
        first = carry(state.first, image, "bicubic")
        second = tf.nn.relu(carry(state.second, image, "bilinear"))
        return fresh._replace(first=first, second=second, count=state.count)
