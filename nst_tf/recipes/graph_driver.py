"""Runs a recipe in one graph, as an exported signature does: what `python_driver` does, but for clock and progress."""

from collections.abc import Callable
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


def _repeated(body: Callable[..., tuple], count: tf.Tensor, *values: Any) -> tuple:
    """What comes of values by a body that is run so often, with its number first; it is one part of the graph."""
    start = tf.constant(0), *values
    shapes = tf.nest.map_structure(lambda tensor: any_size(tensor).shape, start)
    return tf.while_loop(lambda number, *_: number < count, body, start, shapes, parallel_iterations=1)[1:]


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
        state = tf.cond(at > 0, lambda: recipe.enter(state, recipe.sizes[at - 1], size), lambda: state)
        parts = recipe.objective(size)
        ends = tf.concat([[0], round_ends(recipe.steps[at], recipe.rounds)], 0)

        def round_of_scale(number, state, losses, evaluations):
            del losses
            now = parts
            if recipe.renews:
                now = recipe.renewed(parts, loop.optimizer.image(state))
                state = loop.optimizer.resume(state)
            total = recipe.total(now, recipe.part_size(size))
            state, done = _improved(loop, state, total, ends[number + 1] - ends[number], recipe.settings.plateau)
            return number + 1, state, recipe.losses(loop.optimizer.image(state), now), evaluations + done

        return at + 1, *_repeated(round_of_scale, tf.size(ends) - 1, state, losses, evaluations)

    losses = {name: tf.constant(0.0) for name in recipe.parts}
    scales = tf.shape(recipe.sizes)[0]
    state, losses, evaluations = _repeated(scale, scales, recipe.begin(), losses, tf.constant(0))
    canvas = recipe.whole(loop.optimizer.image(state), recipe.sizes[-1])
    return Made(canvas, tf.reduce_sum(loop.optimizer.loss(state)), losses, evaluations)
