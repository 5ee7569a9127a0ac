"""Measures style transfer: the rate of an evaluation, and L-BFGS against Adam."""

import functools
import operator
from typing import Any

import tensorflow as tf

from nst_tf.bench.race import evaluations_to, loss_after, race
from nst_tf.bench.rates import convolution_flops, measure_rates
from nst_tf.images import Picture, fit, read_image, resize
from nst_tf.objectives import Objective
from nst_tf.optimize import Adam, Loop
from nst_tf.recipes.engine import engine_for
from nst_tf.recipes.settings import choose_settings
from nst_tf.recipes.stylize import Transfer
from nst_tf.samples import sample

__all__ = ["measure"]

MARKS = (5, 10, 20, 40)  # seconds
ADAM_EVALUATIONS = 300


def _transfer(height: int, width: int) -> Transfer:
    settings = choose_settings(size=max(height, width))
    content = read_image(sample("neuschwanstein")).pixels
    content = Picture(resize(content, (height, width)).clip(0, 1))
    return Transfer(content, [read_image(sample("great_wave"))], settings, engine_for(settings))


def _problem(height: int, width: int) -> tuple[Loop, tf.Tensor, Objective]:
    transfer = _transfer(height, width)
    objective = functools.reduce(operator.add, transfer.objective((height, width)).values())
    return transfer.engine.loop, tf.constant(transfer.guide[None]), objective


def _evaluation(size: int) -> dict[str, Any]:
    loop, image, objective = _problem(size, size)
    evaluate = tf.function(lambda image: loop.value_and_gradient(image, objective)[0], autograph=False)
    extractor = _transfer(size, size).engine.extractor
    rates = measure_rates(lambda: evaluate(image), 2 * convolution_flops(extractor, size, size))
    return {
        "size": size,
        "seconds": rates.seconds,
        "gflops": rates.evaluation,
        "matmul_gflops": rates.matmul,
        "fraction": rates.fraction,
    }


def _race(size: int) -> dict[str, Any]:
    height, width = fit(read_image(sample("neuschwanstein")).pixels.shape, size)
    loop, image, objective = _problem(height, width)
    slow = Loop(loop.value, Adam())
    adam = race(slow, image, objective, MARKS[-1], ADAM_EVALUATIONS)
    lbfgs = race(loop, image, objective, MARKS[-1])
    goal = adam[ADAM_EVALUATIONS - 1].loss
    return {
        "width": width,
        "height": height,
        "seconds": MARKS,
        "adam": {
            "losses": [loss_after(adam, mark) for mark in MARKS],
            "evaluations": ADAM_EVALUATIONS,
            "loss": goal,
        },
        "lbfgs": {
            "losses": [loss_after(lbfgs, mark) for mark in MARKS],
            "evaluations_to_adam": evaluations_to(lbfgs, goal),
        },
    }


def measure(size: int = 512, race_size: int = 256) -> dict[str, Any]:
    """All figures, as plain data; takes a few minutes.

    Args:
        size: Side in pixels of the square on which an evaluation is timed.
        race_size: Longest side in pixels of the picture that the optimizers race on.
    """
    return {"evaluation": _evaluation(size), "race": _race(race_size)}
