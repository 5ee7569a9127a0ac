"""What a recipe reports while it runs, and what it gives in the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nst_tf.images import Picture

__all__ = ["Progress", "Result", "last_result"]


@dataclass(frozen=True)
class Progress:
    """Where a recipe stands; one report for every few evaluations.

    Attributes:
        scale: Number of the scale, from 1.
        scales: How many there are.
        height: Of the image on this scale, in pixels.
        width: Of the image on this scale, in pixels.
        step: Evaluations done, over all scales.
        steps: Evaluations planned, over all scales.
        loss: Value of the objective on this scale.
        seconds: Since the start.
        remaining: Seconds to go, estimated; `None` while too little is known.
        result: Gives the `Result` if the recipe ended here; costs some time, so call it when you need it.
    """

    scale: int
    scales: int
    height: int
    width: int
    step: int
    steps: int
    loss: float
    seconds: float
    remaining: float | None
    result: Callable[[], "Result"] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Result:
    """A finished picture and how it came about.

    Attributes:
        picture: Pixels, with the content's transparency and resolution in dpi.
        history: One entry for each report: `scale`, `height`, `width`, `step`, `loss`, `seconds`.
        losses: The parts of the objective for this picture on its last scale, by name.
        settings: What it was made with.
        finished: Whether all scales were done; `False` for a picture that was stopped early.
    """

    picture: Picture
    history: tuple[dict[str, Any], ...]
    losses: dict[str, float]
    settings: Any
    finished: bool

    @property
    def image(self) -> np.ndarray:
        """The pixels, `(height, width, 3)`, float32 in [0, 1]."""
        return self.picture.pixels


def last_result(steps: Iterator[Progress], callback: Callable[[Progress], object] | None) -> Result:
    """Runs a recipe to its end.

    Args:
        steps: Its reports, one at least.
        callback: Called with each of them, if there is one.
    """
    for progress in steps:
        if callback is not None:
            callback(progress)
    return progress.result()
