"""What a mask saves: the time for a part of a picture against that for all of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.evaluation import bundled, evaluation
from benchmarks.turns import timed
from nst_tf.one_pass.painter import FastPainter
from nst_tf.one_pass.settings import FastSettings

__all__ = ["measure", "table"]

# Top, bottom, left and right of a mask, as shares of the sides; none for all of a picture.
PARTS = {"all of it": None, "its upper third": (0, 1 / 3, 0, 1), "a tenth in the middle": (0.34, 0.66, 0.34, 0.66)}


def _mask(height: int, width: int, part: tuple[float, ...] | None) -> np.ndarray | None:
    """1 within a part of `PARTS`, 0 elsewhere."""
    if part is None:
        return None
    sides = height, height, width, width
    top, bottom, left, right = (round(share * side) for share, side in zip(part, sides, strict=True))
    mask = np.zeros((height, width), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def _in_one_pass(size: int, mask: np.ndarray | None) -> Callable[[], object]:
    """What paints a bundled pair by `--fast`, whose style is known by then."""
    content, style = bundled(size)
    painter = FastPainter(style, FastSettings(size=size), mask=mask)
    return lambda: painter(content)


def measure(size: int = 1024, rounds: int = 3, **changes: Any) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data.

    Args:
        size: Longest side of the picture, in pixels.
        rounds: How often each is timed, in turns; the medians are reported.
        **changes: Settings of the optimiser in place of those of the preset `default`.

    Returns:
        `size`; and by the names of parts, of the time for all of the picture, what an `evaluation` takes and what a
        picture in `one_pass` takes.
    """
    height, width = bundled(size)[0].pixels.shape[:2]
    masks = {name: _mask(height, width, part) for name, part in PARTS.items()}
    found = {
        "evaluation": {part: evaluation(size, mask, **changes)[0] for part, mask in masks.items()},
        "one_pass": {part: _in_one_pass(size, mask) for part, mask in masks.items()},
    }
    seconds = {name: timed(runs, rounds)[0] for name, runs in found.items()}
    shares = {name: {part: one[part] / one["all of it"] for part in PARTS} for name, one in seconds.items()}
    return {"size": size, **shares}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    head = f"{'of ' + str(measured['size']) + ' px':24} {'evaluation':>10} {'one pass':>10}"
    lines = [f"{part:24} {measured['evaluation'][part]:10.2f} {measured['one_pass'][part]:10.2f}" for part in PARTS]
    return "\n".join([head, *lines])
