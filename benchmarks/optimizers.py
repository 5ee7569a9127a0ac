"""L-BFGS against Adam on the objectives of style transfer."""

import functools
import operator
from typing import Any

import tensorflow as tf

import nst_tf
from benchmarks.race import evaluations_to, loss_after, race
from nst_tf.one_pass.areas import Area
from nst_tf.optimize import Adam, Loop
from nst_tf.recipes.stylize.recipe import Stylize, style_network

__all__ = ["measure", "table"]

MARKS = (5, 10, 20, 40)  # seconds
ADAM_EVALUATIONS = 300
GRAM = {
    "style_loss": "gram",
    "style_layers": nst_tf.PRESETS["gatys"].style_layers,
    "content_weight": 0.0,
    "tv_weight": 0.0,
}


def _transfer(size: int, **changes: Any) -> Stylize:
    """Of a bundled pair, on one scale."""
    settings = nst_tf.PRESETS.choose(size=size, first_size=size, **changes)
    content, style = (
        tf.constant(nst_tf.read_image(nst_tf.sample(name)).pixels[None]) for name in ("neuschwanstein", "auvers")
    )
    return Stylize(style_network(settings), settings, content, [Area([style])])


def _laps(transfer: Stylize, loop: Loop, seconds: float, evaluations: int = 1):
    objective = functools.reduce(operator.add, transfer.objective(transfer.sizes[-1]).values())
    return race(loop, transfer.start(), objective, seconds, evaluations)


def _race(size: int) -> dict[str, Any]:
    transfer = _transfer(size)
    loops = {"lbfgs": transfer.network.loop, "adam": Loop(transfer.network.value, Adam())}
    laps = {name: _laps(transfer, loop, MARKS[-1]) for name, loop in loops.items()}
    losses = {name: [loss_after(one, mark) for mark in MARKS] for name, one in laps.items()}
    height, width = map(int, transfer.sizes[-1])
    return {"height": height, "width": width, "seconds": MARKS, "losses": losses}


def _convergence(size: int) -> dict[str, Any]:
    transfer = _transfer(size, **GRAM)
    adam = _laps(transfer, Loop(transfer.network.value, Adam()), 0, ADAM_EVALUATIONS)
    lbfgs = _laps(transfer, transfer.network.loop, 0, ADAM_EVALUATIONS // 2)
    loss = min(lap.loss for lap in adam[-10:])  # it swings from step to step
    return {"adam": ADAM_EVALUATIONS, "loss": loss, "lbfgs": evaluations_to(lbfgs, loss)}


def measure(size: int = 256) -> dict[str, Any]:
    """All figures, as plain data; takes some minutes.

    Args:
        size: Longest side in pixels of the picture that the optimizers race on.

    Returns:
        `race`: the loss of the default objective after some seconds, by optimizer. `convergence`: the evaluations that
        L-BFGS takes to Adam's loss after 300, on the Gram loss.
    """
    return {"race": _race(size), "convergence": _convergence(size)}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    race, convergence = measured["race"], measured["convergence"]
    head = f"loss after, {race['width']}x{race['height']} px" + "".join(f"{mark:>9} s" for mark in race["seconds"])
    rows = [f"{name:22}" + "".join(map(_cell, losses)) for name, losses in race["losses"].items()]
    goal = f"Adam's Gram loss after {convergence['adam']} evaluations, {convergence['loss']:.4g},"
    needed = convergence["lbfgs"]
    end = f"{goal} takes L-BFGS {needed}" if needed else f"{goal} was not reached by L-BFGS in half as many"
    return "\n".join([head, *rows, end])


def _cell(loss: float | None) -> str:
    return f"{'-':>11}" if loss is None else f"{loss:11.4f}"
