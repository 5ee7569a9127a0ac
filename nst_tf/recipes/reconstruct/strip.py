"""The strip of Mahendran and Vedaldi (arXiv 1412.0035, figure 6): an image, then its reconstruction from each layer."""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.images import Picture
from nst_tf.images.montage import montage
from nst_tf.progress import Checkpoint, Progress, Result
from nst_tf.recipes.clock import Clock

__all__ = ["Reconstruction", "Strip", "layer_checkpoints", "psnr", "strip_steps"]

GAP, LABEL = 8, 18  # pixels
LONGEST = 8  # pictures in a row, at most


@dataclass(frozen=True, repr=False)
class Reconstruction(Picture):
    """The reconstruction that comes nearest, and all others.

    Attributes:
        layer: Name of the layer.
        original: What was to be reconstructed, float32 `(height, width, 3)` in [0, 1].
        images: One for each start, float32 `(n, height, width, 3)` in [0, 1].
        errors: Their representation errors `|Phi - Phi_0|^2 / |Phi_0|^2`, `(n,)`.
    """

    layer: str = ""
    original: np.ndarray | None = None
    images: np.ndarray | None = None
    errors: np.ndarray | None = None

    @property
    def error(self) -> float:
        """The representation error of the picture, the least of `errors`."""
        return float(self.errors.min())

    @property
    def psnr(self) -> float:
        """The peak signal-to-noise ratio of the picture to the original, in dB."""
        return psnr(self.pixels, self.original)


def psnr(image: np.ndarray, original: np.ndarray) -> float:
    """The peak signal-to-noise ratio -10 log10 mean((a - b)^2) of an image a in [0, 1] to b, in dB."""
    error = np.mean(np.square(image - original), dtype=np.float64)
    return -10 * math.log10(error) if error else math.inf


@dataclass(frozen=True, repr=False)
class Strip(Picture):
    """An image and its reconstructions as one picture, each under its layer's name and its PSNR.

    Attributes:
        reconstructions: One for each layer.
    """

    reconstructions: tuple[Reconstruction, ...] = ()


def strip_steps(
    runs: Sequence[Iterator[Progress]], evaluations: int, clock: Clock, begun: int = 0
) -> Iterator[Progress]:
    """Inverts one layer after the other.

    Args:
        runs: The progress of each layer's inversion, for one image.
        evaluations: How many each of them plans.
        clock: Started when the work began. When its time is up, the strip ends with the layer at hand.
        begun: How many of them go on from a checkpoint, all but the last of which only tell what they had made.

    Yields:
        A `Progress`, whose scales are the layers; its `result()` has the strip so far.
    """
    made, done, kept = [], 0, {}
    for index, run in enumerate(runs):
        for progress in run:
            if index + 1 < begun:
                continue
            later = evaluations * (len(runs) - index - 1)
            more = clock.expects(later, progress.height * progress.width)
            yield replace(
                progress,
                scale=index + 1,
                scales=len(runs),
                step=done + progress.step,
                steps=done + progress.steps + later,
                remaining=None if more is None or progress.remaining is None else progress.remaining + more,
                result=functools.partial(_joined, tuple(made), progress.result, len(runs)),
                checkpoint=functools.partial(_checkpoint, kept, index, progress.checkpoint),
            )
        result = progress.result()
        if not result.finished:
            return
        made.append(result)
        done += progress.step
        kept = _checkpoint(kept, index, progress.checkpoint)


def _checkpoint(kept: Checkpoint, index: int, last: Callable[[], Checkpoint]) -> Checkpoint:
    """What was kept of the layers before, and that of the layer at hand."""
    return {**kept, **{f"{_prefix(index)}{name}": array for name, array in last().items()}}


def _prefix(index: int) -> str:
    return f"layer {index} "


def layer_checkpoints(strip: Checkpoint | None, layers: int) -> list[Checkpoint | None]:
    """What the checkpoint of a strip has of each layer."""
    prefixes = [_prefix(index) for index in range(layers)]
    arrays = {} if strip is None else strip
    return [
        {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)} or None
        for prefix in prefixes
    ]


def _joined(made: tuple[Result, ...], last: Callable[[], Result], layers: int) -> Result:
    """The results of the layers so far as one."""
    results = (*made, last())
    history, losses = [], {}
    for index, result in enumerate(results):
        done = history[-1]["step"] if history else 0
        history += [{**entry, "scale": index + 1, "step": done + entry["step"]} for entry in result.history]
        losses |= {f"{result.picture.layer} {name}": value for name, value in result.losses.items()}
    pictures = tuple(result.picture for result in results)
    finished = len(results) == layers and results[-1].finished
    strip, first = Strip(_sheet(pictures), reconstructions=pictures), results[0]
    return Result(strip, tuple(history), losses, first.settings, finished, first.precision)


def _sheet(made: Sequence[Reconstruction]) -> np.ndarray:
    cells = [_labelled(made[0].original, "image")]
    cells += [_labelled(one.pixels, f"{one.layer}  {one.psnr:.1f} dB") for one in made]
    rows = -(-len(cells) // LONGEST)
    return np.pad(montage(cells, -(-len(cells) // rows), GAP), ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=1)


def _labelled(picture: np.ndarray, text: str) -> np.ndarray:
    label = Image.new("RGB", (picture.shape[1], LABEL), "white")
    ImageDraw.Draw(label).text((0, 0), text, fill="#333", font=ImageFont.load_default(12))
    return np.concatenate([np.asarray(label, np.float32) / 255, picture])
