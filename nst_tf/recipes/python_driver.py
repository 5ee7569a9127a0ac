"""Runs a recipe in Python: with progress, a clock, and an end at any time.

Coarse to fine as in Gatys et al. (arXiv 1611.07865): large strokes are laid down where they are cheap.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.images import Picture
from nst_tf.progress import Checkpoint, Progress, Result
from nst_tf.recipes.clock import ENTERING, Clock
from nst_tf.recipes.recipe import Recipe

__all__ = ["LOOK_EVERY", "coarse_to_fine", "round_ends"]

LOOK_EVERY = 5  # evaluations between two looks at the plateau
LONGEST_CALL = 2.0  # seconds: a compiled call shall be shorter, so that its caller can report and stop


def round_ends(steps: tf.Tensor | int, rounds: tf.Tensor | int) -> tf.Tensor:
    """After how many evaluations each round of a scale ends, `(rounds,)`.

    Args:
        steps: Evaluations on the scale.
        rounds: See `Recipe`.
    """
    return steps * tf.range(1, rounds + 1) // rounds


class _Run:
    """Where a run stands, between two compiled calls."""

    def __init__(self, recipe: Recipe, clock: Clock, finish: Callable[[np.ndarray], Picture]):
        self.recipe, self.clock, self.finish = recipe, clock, finish
        self.loop = recipe.network.loop
        self.sizes = [(int(height), int(width)) for height, width in recipe.sizes.numpy()]
        self.pixels = [int(tf.reduce_prod(recipe.part_size(size))) for size in recipe.sizes]
        self.steps = [int(steps) for steps in recipe.steps.numpy()]
        self.state = self.seen = None
        self.done = 0
        self.history = []

    def enter(self, scale: int) -> None:
        """Makes the objective of a scale, and brings the canvas to its size."""
        began, self.preparing = self.clock.seconds, 0.0
        size = self.recipe.sizes[scale]
        self.scale, self.here = scale, 0
        self.parts = self.recipe.objective(size)
        self.state = self.recipe.enter(self.state, self.recipe.sizes[scale - 1], size) if scale else self.recipe.begin()
        self._begin_round()
        self.preparing = self.clock.seconds - began

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Stands where a run stood after a report."""
        began, (self.scale, self.here, self.done) = self.clock.seconds, map(int, checkpoint["place"])
        *self.history, last = map(_entry, checkpoint["history"].tolist())
        self.losses, self.loss = checkpoint["losses"].tolist(), last["loss"]
        if self.finished:
            self.canvas = functools.partial(tf.constant, checkpoint["canvas"])
        else:
            self._stand(self._packed(checkpoint))
        self.seen = tf.constant(checkpoint["seen"]) if self.recipe.renews else None
        self.parts = self.recipe.objective(self.recipe.sizes[self.scale])
        self._aim()
        self.preparing = self.clock.seconds - began
        self.clock.reached(last["seconds"])

    def _packed(self, checkpoint: Checkpoint) -> Any:
        """The optimizer's state of which a checkpoint has the tensors."""
        kind = self.loop.optimizer.start(tf.zeros([1, 16, 16, 3]))  # of what size does not matter
        # A file of arrays does not know of bfloat16: it gives back the same bytes as another type.
        tensors = [
            tf.constant(checkpoint[f"state {index}"].view(tensor.dtype.as_numpy_dtype))
            for index, tensor in enumerate(tf.nest.flatten(kind))
        ]
        return tf.nest.pack_sequence_as(kind, tensors)

    def _stand(self, state: Any) -> None:
        self.state, self.canvas = state, functools.partial(self.loop.optimizer.image, state)

    def _rest(self) -> None:
        """Keeps of the state no more than the canvas: all of it takes the memory of many images."""
        image = self.canvas()
        self.state, self.canvas = None, lambda: image

    def _begin_round(self) -> None:
        began = self.clock.seconds
        self.losses = []
        if self.recipe.renews:
            self.seen = self.loop.optimizer.image(self.state)
            self.state = self.loop.optimizer.resume(self.state)
        self._aim()
        self.preparing += self.clock.seconds - began

    def _aim(self) -> None:
        """Chooses targets for what the canvas showed when the round began."""
        if self.recipe.renews:
            self.parts = self.recipe.renewed(self.parts, self.seen)
        self.total = self.recipe.total(self.parts, self.recipe.part_size(self.recipe.sizes[self.scale]))

    def advance(self) -> None:
        """Evaluates until the next look, or for as long as a call may take."""
        pixels = self.pixels[self.scale]
        ends = round_ends(self.steps[self.scale], self.recipe.rounds).numpy().tolist()
        end = next(end for end in ends if end > self.here)
        wanted = min(LOOK_EVERY - len(self.losses) % LOOK_EVERY, end - self.here)
        count = min(wanted, self.clock.evaluations_in(LONGEST_CALL, pixels))
        before, traces = self.clock.seconds, self.loop.traces
        self._stand(self.loop.advance(self.state, count, self.total))
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
        if self.finished:
            self._rest()
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

    @property
    def finished(self) -> bool:
        """Whether those of all scales are."""
        return self.scale_ended and self.scale + 1 == len(self.sizes)

    def may_go_on(self) -> bool:
        """Whether there is time for one more evaluation; if the scale has ended, for one of the next scale."""
        if not self.scale_ended:
            return self.clock.allows(1, self.pixels[self.scale])
        return self.clock.allows(1 + ENTERING, self.pixels[self.scale + 1])

    def report(self) -> Progress:
        """The state as seen from outside."""
        height, width = self.sizes[self.scale]
        here = self.steps[self.scale] - self.here
        later = list(zip(self.pixels, self.steps, strict=True))[self.scale + 1 :]
        expected = [self.clock.expects(here, self.pixels[self.scale])]
        expected += [self.clock.expects_scale(steps, pixels) for pixels, steps in later]
        remaining = None if None in expected else sum(expected)
        planned = self.done + here + sum(steps for _, steps in later)
        where = {"scale": self.scale + 1, "height": height, "width": width, "step": self.done}
        where |= {"loss": self.loss, "seconds": self.clock.seconds}
        self.history.append(where)
        history = tuple(self.history)
        size = self.recipe.sizes[self.scale]
        result = functools.partial(self._result, self.canvas, size, self.parts, history, self.finished)
        place, state = (self.scale, self.here, self.done), None if self.finished else self.state
        checkpoint = functools.partial(_checkpoint, place, tuple(self.losses), history, self.canvas, state, self.seen)
        return Progress(
            **where,
            scales=len(self.sizes),
            steps=planned,
            remaining=remaining,
            result=result,
            checkpoint=checkpoint,
        )

    def _result(self, canvas, size, parts, history, finished) -> Result:
        image = canvas()
        losses = {name: float(value) for name, value in self.recipe.losses(image, parts).items()}
        picture = self.finish(self.recipe.picture(self.recipe.whole(image, size)).numpy())
        precision = self.recipe.network.precision
        return Result(picture, history, losses, self.recipe.settings, finished, precision)


def _checkpoint(place, losses, history, canvas, state, seen) -> Checkpoint:
    """What `_Run.take_up` needs; of a run that is finished the canvas, which a state holds many times over."""
    arrays = {"place": np.array(place), "losses": np.array(losses, np.float64)}
    arrays["history"] = np.array([list(entry.values()) for entry in history], np.float64)
    if seen is not None:
        arrays["seen"] = np.asarray(seen)
    if state is None:
        return arrays | {"canvas": np.asarray(canvas())}
    return arrays | {f"state {index}": np.asarray(tensor) for index, tensor in enumerate(tf.nest.flatten(state))}


def _entry(row: list[float]) -> dict[str, Any]:
    """An entry of a history, from its row in a checkpoint."""
    scale, height, width, step = map(int, row[:4])
    return {"scale": scale, "height": height, "width": width, "step": step, "loss": row[4], "seconds": row[5]}


def coarse_to_fine(
    recipe: Recipe,
    clock: Clock,
    finish: Callable[[np.ndarray], Picture],
    checkpoint: Checkpoint | None = None,
) -> Iterator[Progress]:
    """Runs a recipe through all its scales, and reports after every compiled call.

    Args:
        recipe: What to make.
        clock: Started when the work began. There is at least one report, however short its limit.
        finish: From what the recipe calls its pictures, `(batch, height, width, 3)`, to the one that is given out.
        checkpoint: Of a `Progress` of the same recipe, which is reported once more. What follows is on the same machine
            the same to the bit as if it had never been stopped; the time until then counts.

    Yields:
        A `Progress`; the last one's `result()` is the picture.
    """
    run = _Run(recipe, clock, finish)
    if checkpoint is None:
        run.enter(0)
        run.advance()
    else:
        run.take_up(checkpoint)
    yield run.report()
    while not run.finished and run.may_go_on():
        if run.scale_ended:
            run.enter(run.scale + 1)
        run.advance()
        yield run.report()
