"""The zoom of DeepDream: each frame is the dream on the one before, after a step into it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.progress import Progress, Result
from nst_tf.recipes.dream.recipe import dream_steps
from nst_tf.recipes.driver import Clock
from nst_tf.recipes.given import Source

__all__ = ["dream_zoom", "zoomed"]

STEP = 0.05


def zoomed(pixels: np.ndarray, step: float) -> np.ndarray:
    """The middle of an image, enlarged to its size.

    Args:
        pixels: float32 `(height, width, channels)` in [0, 1].
        step: The fraction of each side that is cut off, half of it at either end.
    """
    height, width = pixels.shape[:2]
    left, top = step / 2 * width, step / 2 * height
    options = {"resample": Image.Resampling.LANCZOS, "box": (left, top, width - left, height - top)}
    channels = [Image.fromarray(np.ascontiguousarray(channel)) for channel in np.moveaxis(pixels, -1, 0)]
    return np.clip(np.stack([channel.resize((width, height), **options) for channel in channels], axis=-1), 0, 1)


def dream_zoom(
    image: Source | None,
    frames: int = 100,
    *,
    step: float = STEP,
    time_limit: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Iterator[Result]:
    """Dreams, steps into the dream, and dreams on, over and over.

    Args:
        image: As for `dream`.
        frames: How many dreams.
        step: The fraction of each side that a frame loses to the next, in [0, 1).
        time_limit: Seconds for all frames together; the frame then begun is the last.
        callback: Called with each `Progress`, whose steps and times are those of all frames.
        **options: Further ones of `dream`.

    Yields:
        The dream that is each frame; all have one size.

    Raises:
        InputError: As for `dream`, or the number or the step cannot be used.
    """
    if frames < 1 or not 0 <= step < 1:
        raise InputError(f"a zoom has {frames} frames and a step of {step}; it takes 1 or more, and a step in [0, 1)")
    clock = Clock(time_limit)
    for number in range(1, frames + 1):
        left = None if time_limit is None else max(0.0, time_limit - clock.seconds)
        for progress in dream_steps(image, time_limit=left, **options):
            if callback is not None:
                callback(_overall(progress, number, frames, clock.seconds))
        result = progress.result()
        yield result
        if not result.finished:
            return
        image, options = zoomed(result.image, step), {**options, "from_noise": False}


def _overall(progress: Progress, number: int, frames: int, seconds: float) -> Progress:
    done, planned = (number - 1) * progress.steps + progress.step, frames * progress.steps
    return replace(progress, step=done, steps=planned, seconds=seconds, remaining=seconds / done * (planned - done))
