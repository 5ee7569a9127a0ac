"""What an optimizer reaches in a given time, and in a given number of evaluations."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from nst_tf.objectives import Objective
from nst_tf.optimize import Loop

__all__ = ["Lap", "evaluations_to", "loss_after", "race"]


@dataclass(frozen=True)
class Lap:
    """Where an optimizer was after a number of evaluations."""

    evaluations: int
    seconds: float
    loss: float


def race(loop: Loop, image: tf.Tensor, objective: Objective, seconds: float, evaluations: int = 1) -> list[Lap]:
    """Runs an optimizer until both a time and a number of evaluations are past; compilation is not timed.

    Args:
        loop: With the optimizer.
        image: To start from, `(1, height, width, 3)`.
        objective: To minimise.
        seconds: At least so long.
        evaluations: At least so many.
    """
    state = loop.optimizer.start(image)
    loop.advance(state, 1, objective)
    started, laps = time.perf_counter(), []
    while not laps or laps[-1].seconds < seconds or laps[-1].evaluations < evaluations:
        state = loop.advance(state, 1, objective)
        loss = float(loop.optimizer.loss(state)[0])
        laps.append(Lap(len(laps) + 1, time.perf_counter() - started, loss))
    return laps


def loss_after(laps: Sequence[Lap], seconds: float) -> float | None:
    """The least loss of the laps that ended in this time, or `None` if none did."""
    return min((lap.loss for lap in laps if lap.seconds <= seconds), default=None)


def evaluations_to(laps: Sequence[Lap], loss: float) -> int | None:
    """The evaluations that it took to come to this loss or below, or `None` if it never did."""
    return next((lap.evaluations for lap in laps if lap.loss <= loss), None)
