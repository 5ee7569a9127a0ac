"""The loop that all recipes share: optimise a canvas on one scale, enlarge it, go on with the next.

Coarse to fine as in Gatys et al. (arXiv 1611.07865): large strokes are laid down where they are cheap.
"""

import functools
import math
import operator
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import tensorflow as tf

from nst_tf.canvas import enlarge
from nst_tf.images import Picture
from nst_tf.objectives import Objective
from nst_tf.progress import Progress, Result
from nst_tf.recipes.stylize.engine import Engine

__all__ = ["Clock", "Recipe", "begin_scale", "coarse_to_fine"]

LOOK_EVERY = 5  # evaluations between two looks at the plateau
LONGEST_CALL = 2.0  # seconds: a compiled call shall be shorter, so that its caller can report and stop


class Recipe(Protocol):
    """What is particular to one kind of picture."""

    settings: Any
    engine: Engine
    sizes: list[tuple[int, int]]
    steps: list[int]

    def start(self) -> tf.Tensor:
        """The canvas `(batch, height, width, 3)` that the first scale starts from."""

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The named parts of the objective for a canvas of this height and width; their sum is minimised."""

    def picture(self, image: tf.Tensor) -> Picture:
        """A canvas of any scale as the finished picture."""


def begin_scale(recipe: Recipe, state: Any | None, size: tuple[int, int]) -> Any:
    """The optimizer's state that a scale begins with: at the recipe's start, or at the enlarged canvas.

    Args:
        recipe: What is made.
        state: Where the scale before ended; `None` for the first one.
        size: Height and width of the scale, in pixels.
    """
    optimizer = recipe.engine.loop.optimizer
    if state is None:
        return optimizer.start(recipe.start())
    return optimizer.enlarge(state, enlarge(optimizer.image(state), *size))


class Clock:
    """Time since the start, time left, and time that evaluations take.

    Args:
        limit: Seconds that the run may take, or `None`.
    """

    def __init__(self, limit: float | None):
        self.limit = limit
        self._started = time.monotonic()
        self._pixel_seconds = None

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def expects(self, evaluations: int, pixels: int) -> float | None:
        """Seconds for so many evaluations of so many pixels, at the pace of the last ones; `None` if it is unknown."""
        return None if self._pixel_seconds is None else evaluations * pixels * self._pixel_seconds

    def evaluations_in(self, seconds: float, pixels: int) -> int:
        """How many evaluations of so many pixels fit into this time, at least 1."""
        return 1 if self._pixel_seconds is None else max(1, int(seconds / self.expects(1, pixels)))

    def measured(self, seconds: float, evaluations: int, pixels: int) -> None:
        """Takes note of the pace."""
        self._pixel_seconds = seconds / (evaluations * pixels)

    def allows(self, pixels: int) -> bool:
        """Whether one more evaluation is expected to end in time."""
        return self.limit is None or self.seconds + (self.expects(1, pixels) or 0) <= self.limit


class _Run:
    """Where a run stands, between two compiled calls."""

    def __init__(self, recipe: Recipe, clock: Clock, begin: Callable):
        self.recipe, self.clock, self.begin = recipe, clock, begin
        self.loop = recipe.engine.loop
        self.state = None
        self.done = 0
        self.history = []

    def enter(self, scale: int) -> None:
        """Makes the objective of a scale, and brings the canvas to its size."""
        self.scale, self.size = scale, self.recipe.sizes[scale]
        self.parts = self.recipe.objective(self.size)
        self.total = functools.reduce(operator.add, self.parts.values())
        self.here, self.losses = 0, []
        self.state = self.begin(self.recipe, self.state, self.size)

    def advance(self) -> None:
        """Evaluates until the next look, or for as long as a call may take."""
        pixels = self.size[0] * self.size[1]
        wanted = min(LOOK_EVERY - self.here % LOOK_EVERY, self.recipe.steps[self.scale] - self.here)
        count = min(wanted, self.clock.evaluations_in(LONGEST_CALL, pixels))
        before, traces = self.clock.seconds, self.loop.traces
        self.state = self.loop.advance(self.state, count, self.total)
        self.losses += [float(tf.reduce_sum(self.loop.optimizer.loss(self.state)))] * count
        if self.loop.traces == traces:  # else most of that time was compilation
            self.clock.measured(self.clock.seconds - before, count, pixels)
        self.here += count
        self.done += count

    @property
    def scale_ended(self) -> bool:
        """Whether this scale's steps are done, or its loss has come to a plateau."""
        if self.here >= self.recipe.steps[self.scale]:
            return True
        plateau = self.recipe.settings.plateau
        if not plateau or self.here % LOOK_EVERY or self.here <= LOOK_EVERY:
            return False
        fall = self.losses[-1 - LOOK_EVERY] - self.losses[-1]
        return fall < LOOK_EVERY * plateau * abs(self.losses[-1])

    @property
    def in_time(self) -> bool:
        """Whether there is time for one more evaluation."""
        return self.clock.allows(self.size[0] * self.size[1])

    def report(self, scale_ended: bool) -> Progress:
        """The state as seen from outside."""
        recipe, (height, width) = self.recipe, self.size
        here = 0 if scale_ended else recipe.steps[self.scale] - self.here
        later = list(zip(recipe.sizes, recipe.steps, strict=True))[self.scale + 1 :]
        remaining = self.clock.expects(1, here * height * width + sum(math.prod(size) * steps for size, steps in later))
        planned = self.done + here + sum(steps for _, steps in later)
        finished = scale_ended and not later
        loss, seconds = self.losses[-1], self.clock.seconds
        where = {"scale": self.scale + 1, "height": height, "width": width, "step": self.done}
        where |= {"loss": loss, "seconds": seconds}
        self.history.append(where)
        result = functools.partial(self._result, self.state, self.parts, tuple(self.history), finished)
        return Progress(**where, scales=len(recipe.sizes), steps=planned, remaining=remaining, result=result)

    def _result(self, state, parts, history, finished) -> Result:
        image = self.loop.optimizer.image(state)
        features = self.recipe.engine.extractor(image)
        losses = {name: float(tf.reduce_sum(part(features, image))) for name, part in parts.items()}
        return Result(self.recipe.picture(image), history, losses, self.recipe.settings, finished)


def coarse_to_fine(
    recipe: Recipe, clock: Clock, begin: Callable[[Recipe, Any | None, tuple[int, int]], Any] = begin_scale
) -> Iterator[Progress]:
    """Runs a recipe through all its scales, and reports after every compiled call.

    Args:
        recipe: What to make. `settings.plateau` ends a scale when the loss falls by less than this fraction per
            evaluation; 0 never does.
        clock: Started when the work began. There is at least one report, however short its limit.
        begin: Gives the optimizer's state that a scale begins with, as `begin_scale` does.

    Yields:
        A `Progress`; the last one's `result()` is the picture.
    """
    run = _Run(recipe, clock, begin)
    for scale in range(len(recipe.sizes)):
        run.enter(scale)
        ended = False
        while not ended:
            run.advance()
            ended = run.scale_ended
            yield run.report(ended)
            if not run.in_time:
                return
