"""One evaluation of a picture by the optimiser, ready to be timed."""

from collections.abc import Callable
from typing import Any

import numpy as np

import nst_tf
from nst_tf.images import fit, resize_image
from nst_tf.one_pass.areas import areas_of
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.recipes.stylize.stylize import prepare

__all__ = ["bundled", "evaluation"]

BEFORE = 2  # evaluations, so that L-BFGS has a history


def bundled(size: int) -> tuple[nst_tf.Picture, nst_tf.Picture]:
    """A bundled photograph of this longest side, and a bundled painting."""
    photo, painting = (nst_tf.read_image(nst_tf.sample(name)) for name in ("neuschwanstein", "great_wave"))
    return nst_tf.Picture(resize_image(photo.pixels, fit(photo.pixels.shape, size))), painting


def evaluation(size: int, mask: np.ndarray | None = None, **changes: Any) -> tuple[Callable[[], object], int]:
    """What evaluates a bundled pair once, and of how many pixels.

    Args:
        size: Longest side of the picture, in pixels.
        mask: Where it is painted; see `Region`.
        **changes: Settings in place of those of the preset `default`.
    """
    content, style = bundled(size)
    settings = PRESETS.choose("default", size=size, first_size=size, init="content", **changes)
    recipe = prepare(content, areas_of(content, [style], mask=mask), settings)
    loop, scale, state = recipe.network.loop, recipe.sizes[-1], recipe.begin()
    canvas = loop.optimizer.image(state)
    total = recipe.total(recipe.renewed(recipe.objective(scale), canvas), recipe.part_size(scale))
    state = loop.advance(state, BEFORE, total)

    def evaluate():
        return loop.optimizer.loss(loop.advance(state, 1, total)).numpy()

    return evaluate, canvas.shape[1] * canvas.shape[2]
