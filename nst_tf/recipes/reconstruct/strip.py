"""The strip of Mahendran and Vedaldi (arXiv 1412.0035, figure 6): an image, then its reconstruction from each layer."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_tf.images import Picture
from nst_tf.images.montage import montage
from nst_tf.progress import Progress, Result
from nst_tf.recipes.driver import Clock, coarse_to_fine
from nst_tf.recipes.reconstruct.layer import Reconstruct, Reconstruction

__all__ = ["Strip", "strip_steps"]

GAP, LABEL = 8, 18  # pixels
LONGEST = 8  # pictures in a row, at most


@dataclass(frozen=True)
class Strip(Picture):
    """An image and its reconstructions as one picture, each under its layer's name and its PSNR.

    Attributes:
        reconstructions: One for each layer.
    """

    reconstructions: tuple[Reconstruction, ...] = ()


def strip_steps(recipes: Sequence[Reconstruct], clock: Clock) -> Iterator[Progress]:
    """Inverts one layer after the other.

    Args:
        recipes: Of the layers, for one image.
        clock: Started when the work began. When its time is up, the strip ends with the layer at hand.

    Yields:
        A `Progress`, whose scales are the layers; its `result()` has the strip so far.
    """
    made, done = [], 0
    for index, recipe in enumerate(recipes):
        for progress in coarse_to_fine(recipe, clock):
            yield _of_all(progress, recipes, index, done, made, clock)
        result = progress.result()
        if not result.finished:
            return
        made.append(result)
        done += progress.step


def _of_all(progress, recipes, index, done, made, clock) -> Progress:
    """The progress of one layer as that of the strip."""
    later = sum(sum(recipe.steps) for recipe in recipes[index + 1 :])
    more = clock.expects(later, progress.height * progress.width)
    return replace(
        progress,
        scale=index + 1,
        scales=len(recipes),
        step=done + progress.step,
        steps=done + progress.steps + later,
        remaining=None if more is None or progress.remaining is None else progress.remaining + more,
        result=functools.partial(_joined, tuple(made), progress.result, len(recipes)),
    )


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
    return Result(
        Strip(_sheet(pictures), reconstructions=pictures), tuple(history), losses, results[0].settings, finished
    )


def _sheet(made: Sequence[Reconstruction]) -> np.ndarray:
    cells = [_labelled(made[0].original, "image")]
    cells += [_labelled(one.pixels, f"{one.layer}  {one.psnr:.1f} dB") for one in made]
    rows = -(-len(cells) // LONGEST)
    return np.pad(montage(cells, -(-len(cells) // rows), GAP), ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=1)


def _labelled(picture: np.ndarray, text: str) -> np.ndarray:
    label = Image.new("RGB", (picture.shape[1], LABEL), "white")
    ImageDraw.Draw(label).text((0, 0), text, fill="#333", font=ImageFont.load_default(12))
    return np.concatenate([np.asarray(label, np.float32) / 255, picture])
