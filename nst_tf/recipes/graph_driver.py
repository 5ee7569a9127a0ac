"""Runs a recipe in one graph, as an exported signature does: what `python_driver` does, but for clock and progress."""

import functools
import operator
from typing import Any, NamedTuple

import tensorflow as tf

from nst_tf.objectives import Objective
from nst_tf.optimize import Loop, any_size
from nst_tf.recipes.python_driver import LOOK_EVERY, round_ends
from nst_tf.recipes.recipe import Recipe

__all__ = ["Made", "make_in_graph"]


class Made(NamedTuple):
    """What came of a recipe."""

    canvas: tf.Tensor  # (batch, height, width, 3)
    loss: tf.Tensor  # a scalar: what was minimised
    losses: dict[str, tf.Tensor]  # scalars, by the names of the parts
    evaluations: tf.Tensor  # a scalar


def _any_shape(structure: Any) -> Any:
    return tf.nest.map_structure(lambda tensor: any_size(tensor).shape, structure)


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


def make_in_graph(recipe: Recipe) -> Made:
    """Optimises a recipe's canvas on all its scales.

    Args:
        recipe: What to make.
    """
    loop = recipe.network.loop

    def scale(at, state, losses, evaluations):
        size = recipe.sizes[at]
        state = tf.cond(at > 0, lambda: recipe.enter(state, size), lambda: state)
        parts, begun = recipe.objective(size), 0
        for end in round_ends(recipe.steps[at], recipe.rounds):
            if recipe.rounds:
                parts = recipe.renewed(parts, loop.optimizer.image(state))
                state = loop.optimizer.resume(state)
            total = functools.reduce(operator.add, parts.values())
            state, done = _improved(loop, state, total, end - begun, recipe.settings.plateau)
            begun, evaluations = end, evaluations + done
        return at + 1, state, recipe.losses(loop.optimizer.image(state), parts), evaluations

    losses = {name: tf.constant(0.0) for name in recipe.parts}
    start = tf.constant(0), recipe.begin(), losses, tf.constant(0)
    scales = tf.shape(recipe.sizes)[0]
    _, state, losses, evaluations = tf.while_loop(
        lambda at, *_: at < scales, scale, start, _any_shape(start), parallel_iterations=1
    )
    return Made(loop.optimizer.image(state), tf.reduce_sum(loop.optimizer.loss(state)), losses, evaluations)
