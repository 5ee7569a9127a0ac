"""`dream` and `dream_steps`: DeepDream from a picture to a picture, in Python."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos, noise
from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_picture, dressed, fit, resize
from nst_tf.memory import check_memory
from nst_tf.one_pass.areas import fitting_mask
from nst_tf.progress import Checkpoint, Progress, Result, last_result
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.dream.recipe import Dream, dream_network, octave_sizes
from nst_tf.recipes.dream.settings import PRESETS, DreamSettings
from nst_tf.recipes.dream.target import read_target
from nst_tf.recipes.feature_loop import GraphLoop
from nst_tf.recipes.layers_by_depth import deepest, fit_layers
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.settings import keywords

__all__ = ["dream", "dream_steps", "prepare", "run_dream"]

GUIDE_SIDE = 224  # pixels: the size at which the network knows things
NOISE_DEVIATION = 0.1


def prepare(image: Picture, guide: Picture | None, settings: DreamSettings, mask: Source | None = None) -> Dream:
    """The recipe of a dream, once it is sure that it can be made.

    Args:
        image: What to begin with.
        guide: An image whose features to take on, or `None`.
        settings: How to make it.
        mask: Where to dream; see `dream_steps`.

    Raises:
        InputError: The mask does not fit the image, an octave or the guide would be too small for the network, the
            picture too large for the memory, or the targets cannot be used.
    """
    settings = fit_layers(settings, PRESETS, layers=deepest)
    network = dream_network(settings)
    for target in map(read_target, settings.layers):
        target.check(network.graph.step(target.layer).shape, guide is not None, bool(settings.tile))
    sizes = octave_sizes(tf.constant(image.pixels.shape[:2]), settings).numpy()
    _check_octave(*sizes[0], settings, network)
    _check_memory(sizes[-1], settings.tile)
    pixels = _noise(tuple(sizes[-1]), settings.seed) if settings.from_noise else image.pixels
    seen = None if guide is None else _guide_features(network, guide.pixels)
    where = None if mask is None else fitting_mask(mask, image, "the mask", "the image")
    return Dream(network, settings, tf.constant(pixels)[None], seen, where)


def _guide_features(network: GraphLoop, pixels: np.ndarray) -> dict[str, tf.Tensor]:
    size = fit(pixels.shape, GUIDE_SIDE)
    if not network.has_positions(*size):
        raise InputError(
            f"the guide, {size[1]}x{size[0]} pixels, is too small for {', '.join(network.layers)}; "
            f"its sides must be nearer to equal, so that both have {network.least} pixels"
        )
    return network.observe(lanczos(tf.constant(pixels)[None], *size))


def _noise(size: tuple[int, int], seed: int) -> np.ndarray:
    """Noise of all wavelengths alike, so that every octave finds shapes in it."""
    coarser = [tuple(-(-side // 2**level) for side in size) for level in range(int(min(size)).bit_length())]
    levels = [resize(noise(*one, seed)[0].numpy() - 0.5, size) for one in coarser]
    return np.clip(0.5 + NOISE_DEVIATION * sum(levels) / np.std(sum(levels)), 0, 1)


def _check_octave(height: int, width: int, settings: DreamSettings, network: GraphLoop) -> None:
    if network.has_positions(height, width):
        return
    raise InputError(
        f"octave 1 of {settings.octaves} would be {width}x{height} pixels, too small for {', '.join(network.layers)}, "
        f"which takes {network.least}x{network.least}; choose fewer octaves or a larger size"
    )


def _check_memory(size: tuple[int, int], tile: int) -> None:
    try:
        check_memory(*(min(int(side), tile or int(side)) for side in size))
    except InputError as error:
        raise InputError(f"{error}; or a smaller tile, such as 512") from None


def _beginning(image: Source | None, settings: DreamSettings) -> tuple[Picture, DreamSettings]:
    """What a dream begins with, and its settings: where there is no image, a square of noise."""
    if image is None:
        return Picture(np.full((1, 1, 3), 0.5, np.float32)), replace(settings, from_noise=True)
    return as_picture(image), settings


def run_dream(
    image: Source | None,
    guide: Picture | None,
    settings: DreamSettings,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
    *,
    mask: Source | None = None,
) -> Iterator[Progress]:
    """As `dream_steps`, with settings that were made before; goes on from a checkpoint, see `coarse_to_fine`."""
    clock = Clock(time_limit)
    if mask is not None and (image is None or settings.from_noise):
        raise InputError("a mask keeps what it covers of an image; a dream from noise has none")
    image, settings = _beginning(image, settings)
    recipe = prepare(image, guide, settings, mask)
    return coarse_to_fine(recipe, clock, lambda images: dressed(images[0], image), checkpoint)


@keywords(PRESETS)
def dream_steps(
    image: Source | None,
    *,
    guide: Source | None = None,
    mask: Source | None = None,
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Dreams on an image, and reports after every few evaluations; stop listening, and it stops.

    Args:
        image: What to begin with: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path. `None`
            stands for a square of noise.
        guide: Another image; the dream takes on those of its features that the image resembles most already.
        mask: Where to dream: white; see `Region`. The rest is the image, to the bit where the mask is black.
        preset: A key of `PRESETS`: `"default"` or `"deepdream2015"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `DreamSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    settings = PRESETS.choose(preset, **changes)
    yield from run_dream(image, None if guide is None else as_picture(guide), settings, time_limit, mask=mask)


@keywords(dream_steps)
def dream(image: Source | None, *, callback: Callable[[Progress], object] | None = None, **options: Any) -> Result:
    """Dreams on an image as DeepDream does.

    Args:
        image: What to begin with; `None` stands for a square of noise.
        callback: Called with each `Progress`; without one, a notebook shows a bar and the picture as it grows.
        **options: As for `dream_steps`.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.dream("castle.jpg", size=256)
        >>> nst_tf.write_image("dream.png", result.picture)
    """
    return last_result(dream_steps(image, **options), callback)
