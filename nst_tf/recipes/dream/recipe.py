"""DeepDream (Mordvintsev, Olah and Tyka 2015): an image in which a network sees more and more of what it knows.

Octaves go from coarse to fine. What is carried from one to the next is the detail dreamt so far, added to the image at
the new size, so that the image itself stays sharp.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos, noise
from nst_tf.errors import InputError
from nst_tf.images import Picture, fit, resize
from nst_tf.memory import check_memory
from nst_tf.objectives import Activation, Objective
from nst_tf.objectives.guide import Guide
from nst_tf.progress import Progress, Result, last_result
from nst_tf.recipes.dream.engine import DreamEngine, dream_engine
from nst_tf.recipes.dream.settings import PRESETS, DreamSettings
from nst_tf.recipes.dream.target import DreamTarget, read_target
from nst_tf.recipes.driver import Clock, coarse_to_fine
from nst_tf.recipes.given import Source, as_picture
from nst_tf.recipes.scales import scale_steps

__all__ = ["Dream", "dream", "dream_steps", "enhanced"]

GUIDE_SIDE = 224  # pixels: the size at which the network knows things
NOISE_DEVIATION = 0.1


class Dream:
    """One picture's dream, a `Recipe`: its octaves, and its objective on each of them.

    Args:
        image: What to begin with.
        guide: An image whose features to take on, or `None`.
        settings: How to make it.
        targets: What to enhance; one for each of `settings.layers`.
        engine: For these settings, see `dream_engine`.

    Raises:
        InputError: An octave or the guide would be too small for the network, or the picture too large for the memory,
            or the targets cannot be used.
    """

    def __init__(
        self,
        image: Picture,
        guide: Picture | None,
        settings: DreamSettings,
        targets: tuple[DreamTarget, ...],
        engine: DreamEngine,
    ):
        self.settings, self.engine, self.content, self.targets = settings, engine, image, targets
        self.sizes = octave_sizes(image.pixels.shape, settings)
        self.steps = scale_steps(settings.steps, settings.octaves)
        for target in targets:
            target.check(engine.graph.step(target.layer).shape, guide is not None, bool(settings.tile))
        _check_octaves(self.sizes, settings, engine)
        _check_memory(self.sizes[-1], settings.tile)
        self.pixels = _noise(self.sizes[-1], settings.seed) if settings.from_noise else image.pixels
        self.guide = None if guide is None else self._guide_features(guide.pixels)

    def _guide_features(self, pixels):
        size = fit(pixels.shape, GUIDE_SIDE)
        if not self.engine.has_positions(*size):
            raise InputError(
                f"the guide, {size[1]}x{size[0]} pixels, is too small for {', '.join(self.engine.layers)}; "
                f"its sides must be nearer to equal, so that both have {self.engine.least} pixels"
            )
        return self.engine.extractor(_at(pixels, size))

    def start(self) -> tf.Tensor:
        """The canvas that the first octave starts from."""
        return _at(self.pixels, self.sizes[0])

    def enlarge(self, image: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
        """A canvas brought to another size: the image at that size, and the detail dreamt so far, resized."""
        detail = image - _at(self.pixels, tuple(image.shape[1:3]))
        return tf.clip_by_value(_at(self.pixels, size) + tf.image.resize(detail, size, "bicubic"), 0, 1)

    def begin(self, recipe: "Dream", state: Any | None, size: tuple[int, int]) -> Any:
        """The optimizer's state that an octave begins with; see `begin_scale`."""
        optimizer = recipe.engine.loop.optimizer
        if state is None:
            return optimizer.start(self.start(), self.settings.seed)
        return optimizer.enlarge(state, self.enlarge(optimizer.image(state), size))

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size; their sum is minimised, and what they see enhanced."""
        image = _at(self.pixels, size)
        features = self.engine.extractor(image)
        parts = {target.text: self._part(target, features[target.layer].shape) for target in self.targets}
        return enhanced(parts, self.settings.layers.values(), features, image)

    def _part(self, target: DreamTarget, shape: tuple[int, ...]) -> Objective:
        if self.guide is not None:
            return Guide(target.layer, self.guide[target.layer])
        return Activation(target.layer, target.channel, target.unit(shape), power=2)

    def picture(self, image: tf.Tensor) -> Picture:
        """The canvas as the finished picture: at full size, with the image's alpha and dpi."""
        size, alpha = self.sizes[-1], self.content.alpha
        alpha = None if alpha is None else np.clip(resize(alpha, size), 0, 1)
        return Picture(self.enlarge(image, size)[0].numpy(), alpha, self.content.dpi)


def octave_sizes(shape: tuple[int, ...], settings: DreamSettings) -> list[tuple[int, int]]:
    """Height and width of each octave, coarse to fine, of an image of this shape."""
    sides = [round(settings.size / settings.octave_scale**octave) for octave in range(settings.octaves)]
    return [fit(shape, max(1, side)) for side in reversed(sides)]


def _at(pixels: np.ndarray, size: tuple[int, int]) -> tf.Tensor:
    return lanczos(tf.constant(pixels)[None], *size)


def enhanced(
    parts: Mapping[str, Objective], weights: Iterable[float], features: dict[str, tf.Tensor], image: tf.Tensor
) -> dict[str, Objective]:
    """The parts of an objective to minimise for what is to be enhanced, each in units of its value for an image.

    Args:
        parts: What is measured, by name.
        weights: Of each part; numbers, or scalar tensors of float64.
        features: Of the image.
        image: `(1, height, width, 3)` in [0, 1].
    """
    values = {name: tf.abs(tf.cast(part(features, image)[0], tf.float64)) for name, part in parts.items()}
    units = {name: tf.where(value == 0, tf.ones_like(value), value) for name, value in values.items()}
    return {name: part * (-weight / units[name]) for (name, part), weight in zip(parts.items(), weights, strict=True)}


def _noise(size: tuple[int, int], seed: int) -> np.ndarray:
    """Noise of all wavelengths alike, so that every octave finds shapes in it."""
    coarser = [tuple(-(-side // 2**level) for side in size) for level in range(min(size).bit_length())]
    levels = [resize(noise(*one, seed)[0].numpy() - 0.5, size) for one in coarser]
    return np.clip(0.5 + NOISE_DEVIATION * sum(levels) / np.std(sum(levels)), 0, 1)


def _check_octaves(sizes: list[tuple[int, int]], settings: DreamSettings, engine: DreamEngine) -> None:
    height, width = sizes[0]
    if engine.has_positions(height, width):
        return
    raise InputError(
        f"octave 1 of {settings.octaves} would be {width}x{height} pixels, too small for {', '.join(engine.layers)}, "
        f"which takes {engine.least}x{engine.least}; choose fewer octaves or a larger size"
    )


def _check_memory(size: tuple[int, int], tile: int) -> None:
    try:
        check_memory(*(min(side, tile or side) for side in size))
    except InputError as error:
        raise InputError(f"{error}; or a smaller tile, such as 512") from None


def dream_steps(
    image: Source | None,
    *,
    guide: Source | None = None,
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Dreams on an image, and reports after every few evaluations; stop listening, and it stops.

    Args:
        image: What to begin with: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8. `None` stands for
            a square of noise.
        guide: Another image; the dream takes on those of its features that the image resembles most already.
        preset: A key of `PRESETS`: `"default"` or `"deepdream2015"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `DreamSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    clock = Clock(time_limit)
    if image is None:
        image, changes = np.full((1, 1, 3), 0.5, np.float32), {**changes, "from_noise": True}
    settings = PRESETS.choose(preset, **changes)
    image, guide = as_picture(image), None if guide is None else as_picture(guide)
    targets = tuple(map(read_target, settings.layers))
    recipe = Dream(image, guide, settings, targets, dream_engine(settings, (target.layer for target in targets)))
    yield from coarse_to_fine(recipe, clock, recipe.begin)


def dream(
    image: Source | None,
    *,
    guide: Source | None = None,
    preset: str = "default",
    time_limit: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    **changes: Any,
) -> Result:
    """Dreams on an image as DeepDream does.

    Args:
        image: What to begin with: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8. `None` stands for
            a square of noise.
        guide: Another image; the dream takes on those of its features that the image resembles most already.
        preset: A key of `PRESETS`: `"default"` or `"deepdream2015"`.
        time_limit: Seconds after which to stop with what there is.
        callback: Called with each `Progress`.
        **changes: Attributes of `DreamSettings` to change in the preset.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.dream(nst_tf.read_image("castle.jpg"), size=768)
        >>> nst_tf.write_image("dream.png", result.picture)
    """
    return last_result(dream_steps(image, guide=guide, preset=preset, time_limit=time_limit, **changes), callback)
