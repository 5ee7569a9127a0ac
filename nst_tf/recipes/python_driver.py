"""Runs a recipe in Python: with progress, a clock, and an end at any time.

Coarse to fine as in Gatys et al. (arXiv 1611.07865): large strokes are laid down where they are cheap.
"""

import functools
import math
import operator
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.images import Picture
from nst_tf.progress import Progress, Result
from nst_tf.recipes.recipe import Recipe

__all__ = ["LOOK_EVERY", "Clock", "coarse_to_fine", "round_ends"]

LOOK_EVERY = 5  # evaluations between two looks at the plateau
LONGEST_CALL = 2.0  # seconds: a compiled call shall be shorter, so that its caller can report and stop
FRESH = 0.3  # of the last call in the mean pace
ENTERING = 2  # evaluations that it takes as long as, at most, to measure what a scale is compared with


def round_ends(steps: Any, rounds: int) -> list:
    """After how many evaluations each round of a scale ends; one round if there are to be none.

    Args:
        steps: Evaluations on the scale, a number or a tensor.
        rounds: See `Recipe`.
    """
    count = max(1, rounds)
    return [steps * number // count for number in range(1, count + 1)]


class Clock:
    """Time since the start, time left, and time that evaluations take.

    Args:
        limit: Seconds that the run may take, or `None`.
    """

    def __init__(self, limit: float | None):
        self.limit = limit
        self._started = time.monotonic()
        self._pixel_seconds: float | None = None
        self._preparing: float | None = None

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def expects(self, evaluations: int, pixels: int) -> float | None:
        """Seconds for so many evaluations of so many pixels, at the mean pace; `None` if it is unknown."""
        return None if self._pixel_seconds is None else evaluations * pixels * self._pixel_seconds

    def evaluations_in(self, seconds: float, pixels: int) -> int:
        """How many evaluations of so many pixels fit into this time, at least 1."""
        one = self.expects(1, pixels)
        return max(1, int(seconds / one)) if one else 1

    def measured(self, seconds: float, evaluations: int, pixels: int) -> None:
        """Takes note of the pace."""
        now = seconds / (evaluations * pixels)
        self._pixel_seconds = now if self._pixel_seconds is None else FRESH * now + (1 - FRESH) * self._pixel_seconds

    def expects_scale(self, evaluations: int, pixels: int) -> float | None:
        """As `expects`, and to prepare the scale and its rounds."""
        if self._preparing is None:
            return self.expects(ENTERING + evaluations, pixels)
        here = self.expects(evaluations, pixels)
        return None if here is None else here + self._preparing * pixels

    def prepared(self, seconds: float, pixels: int) -> None:
        """Takes note of how long a scale and its rounds took to prepare."""
        self._preparing = seconds / pixels

    def allows(self, evaluations: int, pixels: int) -> bool:
        """Whether so many more evaluations are expected to end in time."""
        return self.limit is None or self.seconds + (self.expects(evaluations, pixels) or 0) <= self.limit


class _Run:
    """Where a run stands, between two compiled calls."""

    def __init__(self, recipe: Recipe, clock: Clock, finish: Callable[[np.ndarray], Picture]):
        self.recipe, self.clock, self.finish = recipe, clock, finish
        self.loop = recipe.network.loop
        self.sizes = [tuple(map(int, size)) for size in recipe.sizes.numpy()]
        self.steps = [int(steps) for steps in recipe.steps.numpy()]
        self.state = None
        self.done = 0
        self.history = []

    def enter(self, scale: int) -> None:
        """Makes the objective of a scale, and brings the canvas to its size."""
        began, self.preparing = self.clock.seconds, 0.0
        size = self.recipe.sizes[scale]
        self.scale, self.size = scale, self.sizes[scale]
        self.parts, self.here = self.recipe.objective(size), 0
        self.ends = round_ends(self.steps[scale], self.recipe.rounds)
        self.state = self.recipe.begin() if scale == 0 else self.recipe.enter(self.state, size)
        self._begin_round()
        self.preparing = self.clock.seconds - began

    def _begin_round(self) -> None:
        began = self.clock.seconds
        self.losses = []
        if self.recipe.rounds:
            self.parts = self.recipe.renewed(self.parts, self.loop.optimizer.image(self.state))
            self.state = self.loop.optimizer.resume(self.state)
        self.total = functools.reduce(operator.add, self.parts.values())
        self.preparing += self.clock.seconds - began

    def advance(self) -> None:
        """Evaluates until the next look, or for as long as a call may take."""
        pixels = self.size[0] * self.size[1]
        end = next(end for end in self.ends if end > self.here)
        wanted = min(LOOK_EVERY - len(self.losses) % LOOK_EVERY, end - self.here)
        count = min(wanted, self.clock.evaluations_in(LONGEST_CALL, pixels))
        before, traces = self.clock.seconds, self.loop.traces
        self.state = self.loop.advance(self.state, count, self.total)
        self.loss = float(tf.reduce_sum(self.loop.optimizer.loss(self.state)))
        self.losses += [self.loss] * count
        if self.loop.traces == traces:  # else most of that time was compilation
            self.clock.measured(self.clock.seconds - before, count, pixels)
        self.here += count
        self.done += count
        if self._flat():
            self.here = end
        if self.here == end and not self.scale_ended:
            self._begin_round()
        if self.scale_ended and self.scale:  # on the first, most of that time was compilation
            self.clock.prepared(self.preparing, pixels)

    def _flat(self) -> bool:
        """Whether the loss has come to a plateau, which ends a round."""
        plateau = self.recipe.settings.plateau
        if not plateau or len(self.losses) % LOOK_EVERY or len(self.losses) <= LOOK_EVERY:
            return False
        fall = self.losses[-1 - LOOK_EVERY] - self.losses[-1]
        return fall < LOOK_EVERY * plateau * abs(self.losses[-1])

    @property
    def scale_ended(self) -> bool:
        """Whether this scale's rounds are done."""
        return self.here >= self.steps[self.scale]

    def may_go_on(self, scale_ended: bool) -> bool:
        """Whether there is time for one more evaluation; if the scale has ended, for one of the next scale."""
        if not scale_ended or self.scale + 1 == len(self.sizes):
            return self.clock.allows(1, math.prod(self.size))
        return self.clock.allows(1 + ENTERING, math.prod(self.sizes[self.scale + 1]))

    def report(self, scale_ended: bool) -> Progress:
        """The state as seen from outside."""
        height, width = self.size
        here = 0 if scale_ended else self.steps[self.scale] - self.here
        later = list(zip(self.sizes, self.steps, strict=True))[self.scale + 1 :]
        expected = [self.clock.expects(here, height * width)]
        expected += [self.clock.expects_scale(steps, math.prod(size)) for size, steps in later]
        remaining = None if None in expected else sum(expected)
        planned = self.done + here + sum(steps for _, steps in later)
        finished = scale_ended and not later
        loss, seconds = self.loss, self.clock.seconds
        where = {"scale": self.scale + 1, "height": height, "width": width, "step": self.done}
        where |= {"loss": loss, "seconds": seconds}
        self.history.append(where)
        result = functools.partial(self._result, self.state, self.parts, tuple(self.history), finished)
        return Progress(**where, scales=len(self.sizes), steps=planned, remaining=remaining, result=result)

    def _result(self, state, parts, history, finished) -> Result:
        image = self.loop.optimizer.image(state)
        losses = {name: float(value) for name, value in self.recipe.losses(image, parts).items()}
        picture = self.finish(self.recipe.picture(image).numpy())
        precision = self.recipe.network.precision
        return Result(picture, history, losses, self.recipe.settings, finished, precision)


def coarse_to_fine(recipe: Recipe, clock: Clock, finish: Callable[[np.ndarray], Picture]) -> Iterator[Progress]:
    """Runs a recipe through all its scales, and reports after every compiled call.

    Args:
        recipe: What to make.
        clock: Started when the work began. There is at least one report, however short its limit.
        finish: From what the recipe calls its pictures, `(batch, height, width, 3)`, to the one that is given out.

    Yields:
        A `Progress`; the last one's `result()` is the picture.
    """
    run = _Run(recipe, clock, finish)
    for scale in range(len(run.sizes)):
        run.enter(scale)
        ended = False
        while not ended:
            run.advance()
            ended = run.scale_ended
            yield run.report(ended)
            if not run.may_go_on(ended):
                return
