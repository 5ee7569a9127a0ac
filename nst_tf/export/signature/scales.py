"""The loop of the recipes in one graph: the same optimizer, objective and plateau, for images of any size.

What `nst_tf.recipes.scales` and `nst_tf.recipes.driver` do in Python, in tensors.
"""

import functools
import operator
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from nst_tf.export.signature.pictures import fit_longest
from nst_tf.objectives import Objective
from nst_tf.optimize import Loop
from nst_tf.recipes.driver import LOOK_EVERY

__all__ = ["GraphRecipe", "Made", "coarse_to_fine", "scale_sizes"]

CANVAS = tf.TensorShape([1, None, None, 3])


class GraphRecipe(Protocol):
    """What is particular to one kind of picture, in tensors; see `nst_tf.recipes.driver.Recipe`."""

    loop: Loop
    parts: tuple[str, ...]  # the names of the parts of the objective
    plateau: float

    def begin(self, canvas: tf.Tensor, size: tf.Tensor, evaluations: tf.Tensor) -> Any:
        """The optimizer's state that a scale begins with, from where the one before ended."""

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The named parts of the objective for a canvas of this height and width."""

    def features(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """The features that the objective looks at."""


class Made(NamedTuple):
    """Where a picture stands after some scales."""

    canvas: tf.Tensor  # (1, height, width, 3)
    loss: tf.Tensor  # a scalar: what was minimised
    losses: dict[str, tf.Tensor]  # scalars, by the names of the parts
    evaluations: tf.Tensor  # a scalar


def scale_sizes(own: tf.Tensor, size: tf.Tensor, first_size: int, growth: float, least: int) -> tf.Tensor:
    """Height and width of each scale, `(scales, 2)`; see `nst_tf.recipes.scales.scale_sizes`.

    Args:
        own: Height and width of the image, `(2,)`.
        size: Longest side of the last scale in pixels.
        first_size: Longest side of the first.
        growth: The largest ratio of one scale to the one before.
        least: No side of the first scale is shorter than this.
    """
    short, long = (tf.cast(side, tf.float64) for side in (tf.reduce_min(own), tf.reduce_max(own)))
    last = tf.cast(size, tf.float64)
    first = tf.minimum(last, tf.maximum(tf.cast(first_size, tf.float64), tf.math.ceil(least * long / short)))
    ratio, base = last / first, tf.math.log(tf.constant(growth, tf.float64))
    count = tf.math.ceil(tf.round(tf.math.log(ratio) / base * 1e6) / 1e6)
    shares = tf.range(count + 1) / tf.maximum(count, 1)
    sides = tf.round(first * ratio**shares)
    return tf.map_fn(lambda side: fit_longest(own, side), sides, fn_output_signature=tf.TensorSpec([2], tf.int32))


def _improved(loop: Loop, state: Any, total: Objective, steps: tf.Tensor, plateau: float) -> tuple[Any, tf.Tensor]:
    """The state at the end of a scale, and how many evaluations it took."""

    def going(done, state, loss, flat):
        return (done < steps) & ~flat

    def further(done, state, before, flat):
        state = loop.advance(state, tf.minimum(LOOK_EVERY, steps - done), total)
        loss = tf.cast(tf.reduce_sum(loop.optimizer.loss(state)), tf.float64)
        looked = (done > 0) & (steps - done >= LOOK_EVERY)
        flat = looked & (before - loss < LOOK_EVERY * plateau * tf.abs(loss)) & (plateau > 0)
        return tf.minimum(done + LOOK_EVERY, steps), state, loss, flat

    start = tf.constant(0), state, tf.constant(float("inf"), tf.float64), tf.constant(False)
    shapes = tf.nest.map_structure(lambda tensor: tensor.shape, start)
    done, state, _, _ = tf.while_loop(going, further, start, shapes, parallel_iterations=1)
    return state, done


def coarse_to_fine(recipe: GraphRecipe, canvas: tf.Tensor, sizes: tf.Tensor, steps: tf.Tensor) -> Made:
    """Optimises a canvas on all scales.

    Args:
        recipe: What to make.
        canvas: To start from, `(1, height, width, 3)`.
        sizes: Height and width of each scale, `(scales, 2)`.
        steps: Evaluations on each scale; the last number holds for all scales after it.
    """
    optimizer = recipe.loop.optimizer

    def scale(at, made):
        objective = recipe.objective(sizes[at])
        state = recipe.begin(made.canvas, sizes[at], made.evaluations)
        total = functools.reduce(operator.add, objective.values())
        here = steps[tf.minimum(at, tf.size(steps) - 1)]
        state, done = _improved(recipe.loop, state, total, here, recipe.plateau)
        image = optimizer.image(state)
        features = recipe.features(image)
        losses = {name: tf.reduce_sum(part(features, image)) for name, part in objective.items()}
        return at + 1, Made(image, tf.reduce_sum(optimizer.loss(state)), losses, made.evaluations + done)

    zero = tf.constant(0.0)
    start = tf.constant(0), Made(canvas, zero, dict.fromkeys(recipe.parts, zero), tf.constant(0))
    shapes = tf.nest.map_structure(lambda tensor: tensor.shape, start)
    shapes = shapes[0], shapes[1]._replace(canvas=CANVAS)
    return tf.while_loop(lambda at, _: at < tf.shape(sizes)[0], scale, start, shapes, parallel_iterations=1)[1]
