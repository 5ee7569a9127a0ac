"""Style transfer: a picture with the content of one image and the style of others.

Coarse to fine (Gatys et al., arXiv 1611.07865): each scale starts from the enlarged picture of the one before, so large
strokes are laid down where they are cheap, and fine ones are added on top.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import check_size, smallest_size
from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.errors import InputError
from nst_tf.images import Picture, fit, resize
from nst_tf.memory import check_memory
from nst_tf.objectives import Objective
from nst_tf.one_pass.painter import fast_stylize
from nst_tf.progress import Progress, Result, last_result
from nst_tf.recipes.driver import Clock, coarse_to_fine
from nst_tf.recipes.given import Source, as_picture, as_pictures, for_network, restore_color
from nst_tf.recipes.scales import scale_sizes, scale_steps
from nst_tf.recipes.stylize.engine import Engine, engine_for
from nst_tf.recipes.stylize.objective import style_objective
from nst_tf.recipes.stylize.settings import PRESETS, StylizeSettings

__all__ = ["Transfer", "stylize", "stylize_steps"]


def _at(image: np.ndarray, size: tuple[int, int]) -> tf.Tensor:
    return lanczos(tf.constant(image)[None], *size)


class Transfer:
    """One picture's style transfer, a `Recipe`: its images, its scales, and its objective on each of them.

    Args:
        content: What the picture shows.
        styles: One or more.
        settings: How to make it.
        engine: For these settings, see `engine_for`.

    Raises:
        InputError: The picture would be too small for the network, or too large for the memory, or the styles do not
            match their shares.
    """

    def __init__(self, content: Picture, styles: list[Picture], settings: StylizeSettings, engine: Engine):
        self.settings, self.engine, self.content = settings, engine, content
        if settings.style_blend and len(settings.style_blend) != len(styles):
            raise InputError(f"style_blend has {len(settings.style_blend)} shares, and there are {len(styles)} styles")
        pixels = [style.pixels for style in styles]
        self.guide, self.styles = for_network(content.pixels, pixels, settings.preserve_color)
        self.least = smallest_size(engine.extractor)
        self.size = fit(self.guide.shape, settings.size)
        check_size(engine.extractor, *self.size)
        check_memory(*self.size)
        self.sizes = scale_sizes(self.guide.shape, settings.size, settings.first_size, settings.growth, self.least)
        self.steps = scale_steps(settings.steps, len(self.sizes))
        self.init = settings.init if isinstance(settings.init, str) else "image"
        if self.init == "fast" and len(self.sizes) > 1:
            # What the coarsest scale would lay down is there already.
            self.sizes, self.steps = self.sizes[1:], self.steps[1:]

    def start(self) -> tf.Tensor:
        """The canvas that the first scale starts from."""
        size = self.sizes[0]
        if self.init == "noise":
            return noise(*size, self.settings.seed)
        if self.init == "fast":
            return _at(self._fast(max(size)), size)
        return _at(self.guide if self.init == "content" else as_picture(self.settings.init).pixels, size)

    def _fast(self, longest: int) -> np.ndarray:
        """The picture by one pass of the network for any style."""
        known = {name: getattr(self.settings, name) for name in ("style_scale", "style_blend")}
        return fast_stylize(self.guide, self.styles, size=longest, **known).pixels

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size; their sum is minimised."""
        styles = [_at(style, self._style_size(style, max(size))) for style in self.styles]
        return style_objective(self.engine, self.settings, _at(self.guide, size), styles)

    def _style_size(self, style: np.ndarray, longest: int) -> tuple[int, int]:
        """The size in which a style is measured for a canvas of this longest side."""
        short, long = sorted(style.shape[:2])
        side = max(round(self.settings.style_scale * longest), -(-self.least * long // short))
        return fit(style.shape, side)

    def picture(self, image: tf.Tensor) -> Picture:
        """The canvas as the finished picture: at full size, in its colours, with the content's alpha and dpi."""
        pixels = enlarge(image, *self.size)[0].numpy()
        content, alpha = _at(self.content.pixels, self.size)[0].numpy(), self.content.alpha
        pixels = restore_color(pixels, content, self.settings.preserve_color)
        alpha = None if alpha is None else np.clip(resize(alpha, self.size), 0, 1)
        return Picture(pixels, alpha, self.content.dpi)


def stylize_steps(
    content: Source,
    style: Source | Sequence[Source],
    *,
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Transfers style, and reports after every few evaluations; stop listening, and it stops.

    Args:
        content: What the picture shows: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        style: One image, or several, whose style is blended.
        preset: A key of `PRESETS`: `"default"`, `"quality"`, `"draft"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `StylizeSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    clock = Clock(time_limit)
    settings = PRESETS.choose(preset, **changes)
    content, styles = as_picture(content), as_pictures(style)
    transfer = Transfer(content, styles, settings, engine_for(settings))
    yield from coarse_to_fine(transfer, clock)


def stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    preset: str = "default",
    time_limit: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    **changes: Any,
) -> Result:
    """Transfers the style of one or several images to another.

    Args:
        content: What the picture shows: a `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        style: One image, or several, whose style is blended.
        preset: A key of `PRESETS`: `"default"`, `"quality"`, `"draft"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        callback: Called with each `Progress`.
        **changes: Attributes of `StylizeSettings` to change in the preset.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.stylize(nst_tf.read_image("castle.jpg"), nst_tf.read_image("wave.jpg"), size=256)
        >>> nst_tf.write_image("castle-wave.png", result.picture)
    """
    return last_result(stylize_steps(content, style, preset=preset, time_limit=time_limit, **changes), callback)
