"""Limited-memory BFGS within bounds, in the graph.

The history gives the direction d (see `history`); pixels that sit on a bound and would leave it are held, as in the
two-metric projection of Bertsekas (1982). The line search shortens the step t to the minimum of the parabola through
what is known until the point P(x + t d), projected onto the bounds, satisfies Armijo's condition

    f(P(x + t d)) <= f(x) + 1e-4 g^T (P(x + t d) - x)

so the value of an image never rises, whatever the network does.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from nst_tf.optimize.history import History, dot, empty_history, low_pass, newton_direction, remember, spread
from nst_tf.optimize.loop import Carry, resized

__all__ = ["Lbfgs", "LbfgsState"]

SUFFICIENT_DECREASE = 1e-4
SHORTEST_STEP = 1e-2  # of the full one; below it the history has misled us and is emptied
FIRST_CHANGE = 0.02  # root mean square change of a pixel in a step without history, of the range [0, 1]


class LbfgsState(NamedTuple):
    """Where the optimisation of each image of a batch stands."""

    image: tf.Tensor  # (batch, height, width, 3), the best so far
    value: tf.Tensor  # (batch,)
    gradient: tf.Tensor  # like image
    direction: tf.Tensor  # like image
    length: tf.Tensor  # (batch,), of the next step along the direction
    history: History


def _first_step(direction: tf.Tensor) -> tf.Tensor:
    size = tf.sqrt(tf.reduce_mean(tf.square(direction), axis=(1, 2, 3)))
    return direction * spread(FIRST_CHANGE * tf.math.reciprocal_no_nan(size))


def _shortened(length: tf.Tensor, rise: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    # The parabola with slope `slope` at 0 that has risen by `rise` at 1 is least at -slope / 2 (rise - slope).
    least = tf.math.divide_no_nan(-slope, 2 * (rise - slope))
    least = tf.where(tf.math.is_finite(rise), least, 0)
    return length * tf.clip_by_value(least, 0.1, 0.5)


class Lbfgs:
    """Limited-memory BFGS within bounds; every image of a batch on its own.

    Args:
        history: How many pairs to remember, 10-20 as a rule; each takes the memory of two images.
        low: The least value of a pixel.
        high: The largest.
        falloff: How much further long waves go than short ones, before the history knows better: the initial inverse
            Hessian is a multiple of `max(|k|, 1 / longest side)^-falloff` at `|k|` cycles a pixel. Losses of a
            network's features are the less curved the higher the frequency, but for the lowest; 0.75 to 1 suits them.
        kept: What pairs are kept as, such as `tf.bfloat16` to halve their memory; what images are by default.
    """

    def __init__(
        self,
        history: int = 10,
        low: float = 0.0,
        high: float = 1.0,
        falloff: float = 0.0,
        kept: tf.DType | None = None,
    ):
        self.history, self.kept = history, kept
        self.falloff = falloff
        self.low = low
        self.high = high

    def start(self, image: tf.Tensor) -> LbfgsState:
        """The state before the first evaluation, from images `(batch, height, width, 3)`."""
        image = tf.clip_by_value(tf.convert_to_tensor(image), self.low, self.high)
        still = tf.zeros_like(image)
        infinite = tf.fill(image.shape[:1], tf.constant(float("inf"), image.dtype))
        length = tf.zeros(image.shape[:1], image.dtype)
        return LbfgsState(image, infinite, still, still, length, empty_history(image, self.history, self.kept))

    def step(
        self, state: LbfgsState, value_and_gradient: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    ) -> LbfgsState:
        """Evaluates the next point, and moves there if it is good enough, or else shortens the step."""
        point = tf.clip_by_value(state.image + spread(state.length) * state.direction, self.low, self.high)
        value, gradient = value_and_gradient(point)
        change = point - state.image
        slope = tf.minimum(dot(state.gradient, change), 0)  # projection can turn a descent into an ascent
        usable = tf.reduce_all(tf.math.is_finite(gradient), axis=(1, 2, 3))
        good = usable & (value <= state.value + SUFFICIENT_DECREASE * slope)
        history = remember(state.history, change, gradient - state.gradient, good)
        shorter = _shortened(state.length, value - state.value, slope)
        misled = ~good & (shorter < SHORTEST_STEP) & (history.stored > 0)
        history = history._replace(stored=tf.where(misled, 0, history.stored))
        chosen = LbfgsState(
            tf.where(spread(good), point, state.image),
            tf.where(good, value, state.value),
            tf.where(spread(good), gradient, state.gradient),
            state.direction,
            tf.where(good | misled, tf.ones_like(shorter), shorter),
            history,
        )
        return chosen._replace(direction=self._direction(chosen, good, misled))

    def _direction(self, state, moved, misled):
        """Anew for the images that moved, by steepest descent if their history is of no use or has misled them."""
        free = self._free(state.image, state.gradient)
        slope = free * state.gradient
        newton = newton_direction(state.history, slope, free, self._prior)
        descends = dot(newton, slope) < 0
        direction = tf.where(spread(moved & descends), newton, state.direction)
        lost = misled | (moved & ~descends)

        def anew():
            return tf.where(spread(lost), _first_step(-free * self._prior(slope)), direction)

        # Seldom needed, and it takes the memory of several images.
        return tf.cond(tf.reduce_any(lost), anew, lambda: direction)

    def _free(self, image, gradient):
        """1 for the pixels that may move, 0 for those on a bound that would leave it."""
        held = ((image <= self.low) & (gradient > 0)) | ((image >= self.high) & (gradient < 0))
        return tf.cast(~held, image.dtype)

    def _prior(self, images):
        return low_pass(images, self.falloff)

    def image(self, state: LbfgsState) -> tf.Tensor:
        """The best images so far, `(batch, height, width, 3)`."""
        return state.image

    def loss(self, state: LbfgsState) -> tf.Tensor:
        """The value of the best images, `(batch,)`; infinite before the first evaluation."""
        return state.value

    def resume(self, state: LbfgsState) -> LbfgsState:
        """The state to go on with when what is minimised has changed: the next evaluation is of the image as it is.

        The pairs stay, since a change of targets leaves most of the curvature as it was.
        """
        infinite = tf.fill(tf.shape(state.value), tf.constant(float("inf"), state.value.dtype))
        return state._replace(value=infinite, length=tf.zeros_like(state.length))

    def enlarge(self, state: LbfgsState, image: tf.Tensor, carry: Carry = resized) -> LbfgsState:
        """Starts anew from images of another size: pairs of one size say little of the other."""
        del state, carry
        return self.start(image)
