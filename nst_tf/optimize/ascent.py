"""The gradient steps of DeepDream (Mordvintsev, Olah and Tyka 2015): of a fixed mean size, on a jittered image.

With the image x, rolled by a random number of pixels R within +-jitter on both axes, and g = R^-1 grad f(R x):

    x <- clip(x - rate g / mean|g|)

Only the gradient is rolled back, so that jitter never moves the image. f is minimised like every value here; to ascend
an activation, minimise its negative.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from nst_tf.optimize.history import spread
from nst_tf.optimize.loop import Carry, resized

__all__ = ["Ascent", "AscentState"]

AXES = (1, 2)  # rows and columns


class AscentState(NamedTuple):
    """Where the optimisation of a batch of images stands."""

    image: tf.Tensor  # (batch, height, width, 3)
    value: tf.Tensor  # (batch,), of the image before the last step
    key: tf.Tensor  # (2,) int64: the seed, and how many steps were taken


class Ascent:
    """Normalised gradient steps on a jittered image; every image of a batch on its own, all with the same jitter.

    Args:
        rate: Mean absolute change of a pixel in a step, in units of the range [0, 1].
        jitter: The farthest that the image is rolled before a step, in pixels.
    """

    def __init__(self, rate: float = 1.5 / 255, jitter: int = 32):
        self.rate = rate
        self.jitter = jitter

    def start(self, image: tf.Tensor, seed: int = 0) -> AscentState:
        """The state before the first evaluation, from images `(batch, height, width, 3)` and the seed of the jitter."""
        image = tf.clip_by_value(tf.convert_to_tensor(image), 0, 1)
        value = tf.fill(image.shape[:1], tf.constant(float("inf"), image.dtype))
        return AscentState(image, value, tf.stack([tf.cast(seed, tf.int64), tf.zeros([], tf.int64)]))

    def shift(self, key: tf.Tensor) -> tf.Tensor:
        """How far the image is rolled down and to the right in the step of this key, `(2,)` in pixels."""
        bounds = {"minval": -self.jitter, "maxval": self.jitter + 1, "dtype": tf.int32}
        return tf.random.stateless_uniform([2], seed=key, alg="philox", **bounds)

    def step(
        self, state: AscentState, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    ) -> AscentState:
        """One step against the gradient."""
        shift = self.shift(state.key)
        value, gradient = value_and_gradient(tf.roll(state.image, shift, AXES))
        gradient = tf.roll(gradient, -shift, AXES)
        size = tf.reduce_mean(tf.abs(gradient), axis=(1, 2, 3))
        change = gradient * spread(self.rate * tf.math.reciprocal_no_nan(size))
        key = state.key + tf.constant([0, 1], tf.int64)
        return AscentState(tf.clip_by_value(state.image - change, 0, 1), value, key)

    def image(self, state: AscentState) -> tf.Tensor:
        """The images, `(batch, height, width, 3)`."""
        return state.image

    def loss(self, state: AscentState) -> tf.Tensor:
        """The value of the images before the last step, `(batch,)`; infinite before the first evaluation."""
        return state.value

    def resume(self, state: AscentState) -> AscentState:
        """Goes on as before: no value is remembered."""
        return state

    def enlarge(self, state: AscentState, image: tf.Tensor, carry: Carry = resized) -> AscentState:
        """Goes on from images of another size, with the jitter that is next."""
        del carry
        return self.start(image)._replace(key=state.key)
