"""Measures style transfer: the rate of an evaluation, and L-BFGS against Adam."""

import functools
import operator
from typing import Any

import tensorflow as tf

from nst_tf.bench.race import evaluations_to, loss_after, race
from nst_tf.bench.rates import convolution_flops, measure_rates
from nst_tf.images import Picture, fit, read_image, resize
from nst_tf.objectives import Objective
from nst_tf.optimize import Adam, Loop, any_size
from nst_tf.recipes.stylize.engine import Engine, engine_for
from nst_tf.recipes.stylize.recipe import Transfer
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.samples import sample

__all__ = ["measure"]

MARKS = (5, 10, 20, 40)  # seconds
ADAM_EVALUATIONS = 300
GRAM = {"style_loss": "gram", "style_layers": PRESETS["gatys"].style_layers, "content_weight": 0.0, "tv_weight": 0.0}


def _problem(height: int, width: int, **changes: Any) -> tuple[Engine, tf.Tensor, Objective]:
    """The engine, the content and the objective of a bundled pair, at this size."""
    settings = PRESETS.choose(size=max(height, width), **changes)
    content = Picture(resize(read_image(sample("neuschwanstein")).pixels, (height, width)).clip(0, 1))
    transfer = Transfer(content, [read_image(sample("auvers"))], settings, engine_for(settings))
    objective = functools.reduce(operator.add, transfer.objective((height, width)).values())
    return transfer.engine, tf.constant(content.pixels[None]), objective


def _evaluation(size: int) -> dict[str, Any]:
    engine, image, objective = _problem(size, size)
    specs = any_size(image), any_size(objective)  # as the loop compiles it
    evaluate = tf.function(engine.loop.value_and_gradient, input_signature=specs, autograph=False)
    rates = measure_rates(lambda: evaluate(image, objective)[1], 2 * convolution_flops(engine.extractor, size, size))
    return {
        "size": size,
        "seconds": rates.seconds,
        "gflops": rates.evaluation,
        "matmul_gflops": rates.matmul,
        "fraction": rates.fraction,
    }


def _race(size: tuple[int, int]) -> dict[str, Any]:
    engine, image, objective = _problem(*size)
    loops = {"lbfgs": engine.loop, "adam": Loop(engine.value, Adam())}
    laps = {name: race(loop, image, objective, MARKS[-1]) for name, loop in loops.items()}
    losses = {name: [loss_after(one, mark) for mark in MARKS] for name, one in laps.items()}
    return {"height": size[0], "width": size[1], "seconds": MARKS, "losses": losses}


def _convergence(size: tuple[int, int]) -> dict[str, Any]:
    engine, image, objective = _problem(*size, **GRAM)
    adam = race(Loop(engine.value, Adam()), image, objective, 0, ADAM_EVALUATIONS)
    lbfgs = race(engine.loop, image, objective, 0, ADAM_EVALUATIONS // 2)
    loss = min(lap.loss for lap in adam[-10:])  # it swings from step to step
    return {"adam": ADAM_EVALUATIONS, "loss": loss, "lbfgs": evaluations_to(lbfgs, loss)}


def measure(size: int = 512, race_size: int = 256) -> dict[str, Any]:
    """All figures, as plain data; takes some minutes.

    Args:
        size: Side in pixels of the square on which an evaluation is timed.
        race_size: Longest side in pixels of the picture that the optimizers race on.

    Returns:
        `evaluation`: the rate of one value and gradient of the default objective, and the machine's. `race`: its loss
        after some seconds, by optimizer. `convergence`: the evaluations that L-BFGS takes to Adam's loss after 300, on
        the Gram loss.
    """
    race_shape = fit(read_image(sample("neuschwanstein")).pixels.shape, race_size)
    return {"evaluation": _evaluation(size), "race": _race(race_shape), "convergence": _convergence(race_shape)}
