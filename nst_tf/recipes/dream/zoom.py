"""The zoom of DeepDream: each frame is the dream on the one before, after a step into it."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_picture
from nst_tf.images.animation import frame_bytes
from nst_tf.progress import Checkpoint, Progress, Result
from nst_tf.recipes.dream.dream import run_dream
from nst_tf.recipes.dream.settings import PRESETS, DreamSettings
from nst_tf.settings import keywords

__all__ = ["Film", "dream_zoom", "run_zoom", "zoomed"]

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


@dataclass(frozen=True, repr=False)
class Film(Picture):
    """The last frame of a zoom, and all of them.

    Attributes:
        frames: uint8 `(height, width, 3)` each.
    """

    frames: tuple[np.ndarray, ...] = ()


@keywords(PRESETS)
def dream_zoom(
    image: Source | None,
    frames: int = 100,
    *,
    step: float = STEP,
    time_limit: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    guide: Source | None = None,
    preset: str = "default",
    **changes: Any,
) -> Iterator[Result]:
    """Dreams, steps into the dream, and dreams on, over and over.

    Args:
        image: As for `dream`.
        frames: How many dreams.
        step: The fraction of each side that a frame loses to the next, in [0, 1).
        time_limit: Seconds for all frames together; the frame then begun is the last.
        callback: Called with each `Progress`, whose steps and times are those of all frames.
        guide: As for `dream`.
        preset: Likewise.
        **changes: Likewise.

    Yields:
        The dream that is each frame; all have one size.

    Raises:
        InputError: As for `dream`, or the number or the step cannot be used.
    """
    settings = PRESETS.choose(preset, **changes)
    guide = None if guide is None else as_picture(guide)
    for progress, result in _dreams(image, guide, settings, frames, step, time_limit):
        if result is not None:
            yield result
        elif callback is not None:
            callback(progress)


def run_zoom(
    image: Source | None,
    guide: Picture | None,
    settings: DreamSettings,
    frames: int,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[Progress]:
    """As `dream_zoom`, with settings that were made before, and reports after every few evaluations.

    Yields:
        A `Progress` of all frames; its `result()` has as its picture a `Film` of the frames that are done, or of the
        first one as it is so far.
    """
    made = [] if checkpoint is None else list(checkpoint["frames"])
    for progress, result in _dreams(image, guide, settings, frames, STEP, time_limit, checkpoint):
        kept = functools.partial(_checkpoint, progress.checkpoint, {"frames": tuple(made)})
        if result is not None:
            made.append(frame_bytes(result.image))
        yield replace(progress, result=functools.partial(_film, progress.result, tuple(made)), checkpoint=kept)


def _film(last: Callable[[], Result], made: tuple[np.ndarray, ...]) -> Result:
    result = last()
    frames = made or (frame_bytes(result.image),)
    return replace(result, picture=Film(result.image, frames=frames))


def _checkpoint(inner: Callable[[], Checkpoint], further: Mapping[str, Any]) -> Checkpoint:
    """That of a dream, and what a film knows besides."""
    return {**inner(), **{name: np.asarray(value) for name, value in further.items()}}


def _dreams(
    image, guide, settings, frames, step, time_limit, checkpoint=None
) -> Iterator[tuple[Progress, Result | None]]:
    """The progress of all frames, and with the last of each frame its result."""
    if frames < 1 or not 0 <= step < 1:
        raise InputError(f"a zoom has {frames} frames and a step of {step}; it takes 1 or more, and a step in [0, 1)")
    first, spent = 1, 0.0
    if checkpoint is not None:
        first, spent = len(checkpoint["frames"]) + 1, float(checkpoint["spent"])
    if first > 1:
        image, settings = checkpoint["begun"], replace(settings, from_noise=False)
    for number in range(first, frames + 1):
        left = None if time_limit is None else max(0.0, time_limit - spent)
        begun = {"spent": spent} | ({"begun": image} if number > 1 else {})
        for progress in run_dream(image, guide, settings, left, checkpoint):
            overall = _overall(progress, number, frames, begun)
            yield overall, None
        result = progress.result()
        yield overall, result
        if not result.finished:
            return
        spent = overall.seconds
        image, settings, checkpoint = zoomed(result.image, step), replace(settings, from_noise=False), None


def _overall(progress: Progress, number: int, frames: int, begun: Mapping[str, Any]) -> Progress:
    """The progress of all frames, from that of one that began after `spent` seconds."""
    done, planned = (number - 1) * progress.steps + progress.step, frames * progress.steps
    seconds = begun["spent"] + progress.seconds
    return replace(
        progress,
        step=done,
        steps=planned,
        seconds=seconds,
        remaining=seconds / done * (planned - done),
        checkpoint=functools.partial(_checkpoint, progress.checkpoint, begun),
    )
