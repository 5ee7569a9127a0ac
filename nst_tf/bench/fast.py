"""Measures style transfer in one pass: its time against bare passes of the encoder, and what it saves the optimiser."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import tensorflow as tf

from nst_tf.images import Picture, fit, read_image, resize
from nst_tf.one_pass import load_stylizer
from nst_tf.one_pass.painter import FastPainter
from nst_tf.one_pass.settings import FastSettings
from nst_tf.recipes.stylize.recipe import stylize, stylize_steps
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.samples import sample

__all__ = ["measure"]

ROUNDS = 5
PATIENCE = 2  # times the evaluations that the start from the content takes


def _seconds(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _speed(content: Picture, style: Picture, settings: FastSettings) -> dict[str, Any]:
    encode, image = tf.function(load_stylizer().encoder, autograph=False), tf.constant(content.pixels[None])
    known = FastPainter(style, settings)
    runs = {
        "picture": lambda: known(content),
        "picture_and_style": lambda: FastPainter(style, settings)(content),
        "encoder": lambda: encode(image)["relu4_1"].numpy(),
    }
    for run in runs.values():
        run()  # compiles
    turns = [{name: _seconds(run) for name, run in runs.items()} for _ in range(ROUNDS)]
    over = median(turn["picture"] / turn["encoder"] for turn in turns)
    return {name: median(turn[name] for turn in turns) for name in runs} | {"over_encoder": over}


def _warm_start(content: Picture, style: Picture, size: int) -> dict[str, Any]:
    """Evaluations to where the preset `default` ends, from the content and from the picture of one pass."""
    cold = stylize(content, style, size=size, plateau=0.0)
    evaluations, goal = cold.history[-1]["step"], sum(cold.losses.values())
    steps = (*PRESETS["default"].steps[: cold.history[-1]["scale"] - 1], PATIENCE * evaluations)
    for progress in stylize_steps(content, style, size=size, plateau=0.0, init="fast", steps=steps):
        if progress.scale == progress.scales and progress.loss <= goal:
            return {"objective": goal, "from_content": evaluations, "from_fast": progress.step}
    return {"objective": goal, "from_content": evaluations, "from_fast": None}


def measure(size: int = 512) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data, in one run.

    Args:
        size: Longest side of the picture in pixels.

    Returns:
        `height` and `width`; medians of the seconds for a `picture` whose style was measured before, for a picture and
        its style (`picture_and_style`), and for a bare pass of the `encoder` over the content; their ratio
        (`over_encoder`); and under `warm_start` the value of the `objective` that the preset `default` ends with, and
        the evaluations to it, `from_content` and `from_fast` (`None` if it was not reached in twice as many).
    """
    pixels, style = read_image(sample("neuschwanstein")).pixels, read_image(sample("auvers"))
    content = Picture(resize(pixels, fit(pixels.shape, size)).clip(0, 1))
    height, width = content.pixels.shape[:2]
    speed = _speed(content, style, FastSettings(size=size))
    return {"height": height, "width": width, **speed, "warm_start": _warm_start(content, style, size)}
