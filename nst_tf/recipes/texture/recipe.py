"""Texture synthesis: pictures, of any size, with the features of others but not their arrangement.

After Gatys, Ecker and Bethge, "Texture Synthesis Using Convolutional Neural Networks" (arXiv 1505.07376): from noise,
an image is optimised until the second moments of its features over all positions are the source's. We go from coarse to
fine, so that large structures find their place before small ones are drawn.

The preset `gatys` differs from the paper in its network (VGG16), in the bounds of pixels while they are optimised
(those of an image, not the source's, whose histogram is matched in the end), and in filters that the images of the
rescaling hardly excite (see `rescale`).
"""

import functools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import check_size, smallest_size
from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.errors import InputError
from nst_tf.images import Picture, fit, match_histogram
from nst_tf.memory import check_memory
from nst_tf.objectives import GramStyle, Objective, TotalVariation, WassersteinStyle, blend_moments
from nst_tf.progress import Progress, Result, last_result
from nst_tf.recipes.driver import Clock, begin_scale, coarse_to_fine
from nst_tf.recipes.given import Source, as_pictures
from nst_tf.recipes.scales import scale_sizes, scale_steps
from nst_tf.recipes.texture.engine import TextureEngine, texture_engine
from nst_tf.recipes.texture.settings import PRESETS, TextureSettings

__all__ = ["Texture", "texture", "texture_objective", "texture_steps"]

LOSSES = {"wasserstein": WassersteinStyle, "gram": GramStyle}


class Texture:
    """One texture, a `Recipe`: its sources, its scales, and its objective on each of them.

    Args:
        sources: One or more.
        settings: How to make it.
        engine: For these settings, see `texture_engine`.

    Raises:
        InputError: The size is too small for the network, too large for the memory, or none that can tile; or the
            sources do not match their shares.
    """

    def __init__(self, sources: list[Picture], settings: TextureSettings, engine: TextureEngine):
        self.settings, self.engine = settings, engine
        self.shares = settings.source_blend or (1.0,) * len(sources)
        if len(self.shares) != len(sources):
            raise InputError(f"source_blend has {len(self.shares)} shares, and there are {len(sources)} sources")
        self.sources = [source.pixels for source in sources]
        self.least = smallest_size(engine.extractor)
        self.size = self._final_size()
        check_size(engine.extractor, *self.size)
        check_memory(*self.size)
        self.sizes = self._sizes()
        self.steps = scale_steps(settings.steps, len(self.sizes))

    def _final_size(self) -> tuple[int, int]:
        if isinstance(self.settings.size, int):
            return self._tiling(fit(self.sources[0].shape, self.settings.size))
        height, width = self.settings.size
        rows, columns = self._tiling((height, width))
        if (rows, columns) != (height, width):
            raise InputError(
                f"size is {width}x{height}; the sides of a tileable texture must be multiples of {self.engine.stride}, "
                f"such as {columns}x{rows}"
            )
        return height, width

    def _tiling(self, size: tuple[int, int]) -> tuple[int, int]:
        """The nearest size that the network takes for a torus."""
        if not self.settings.tileable:
            return size
        stride = self.engine.stride
        return tuple(max(stride, round(side / stride) * stride) for side in size)

    def _sizes(self) -> list[tuple[int, int]]:
        settings, longest = self.settings, max(self.size)
        seen = max(self._seen(source, longest) for source in self.sources)
        first = max(1, min(longest, round(settings.first_size * longest / seen)))
        sizes = scale_sizes(self.size, longest, first, settings.growth, self.least)
        return list(dict.fromkeys([*map(self._tiling, sizes[:-1]), self.size]))

    def _seen(self, source: np.ndarray, longest: int) -> float:
        """The longest side of a source on a scale of this longest side."""
        own = min(max(source.shape), max(self.size)) * self.settings.source_scale
        return own * longest / max(self.size)

    def start(self) -> tf.Tensor:
        """The canvas that the first scale starts from."""
        return noise(*self.sizes[0], self.settings.seed)

    def objective(self, size: tuple[int, int]) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size; their sum is minimised."""
        measured = [self._moments(source, max(size)) for source in self.sources]
        return texture_objective(self.engine, self.settings, measured, self.shares)

    def _moments(self, source, longest):
        short, long = sorted(source.shape[:2])
        side = max(round(self._seen(source, longest)), -(-self.least * long // short))
        return self.engine.measure(lanczos(tf.constant(source)[None], *fit(source.shape, side))[0])

    def picture(self, image: tf.Tensor) -> Picture:
        """The canvas as the finished picture: at full size, with the sources' colours."""
        pixels = self.enlarged(image, self.size)[0].numpy()
        if self.settings.match_histogram:
            pixels = match_histogram(pixels, self.sources, self.shares)
        return Picture(_cut_where_smooth(pixels) if self.settings.tileable else pixels)

    def enlarged(self, image: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
        """A canvas brought to another size; one that repeats is interpolated across its border."""
        if not self.settings.tileable or tuple(image.shape[1:3]) == size:
            return enlarge(image, *size)
        height, width = size
        return enlarge(tf.tile(image, [1, 3, 3, 1]), 3 * height, 3 * width)[:, height:-height, width:-width]


def texture_objective(
    engine: TextureEngine,
    settings: TextureSettings,
    measured: Sequence[Mapping[str, tuple[tf.Tensor, tf.Tensor]]],
    shares: Sequence[float],
) -> dict[str, Objective]:
    """The parts of the objective; their sum is minimised.

    Args:
        engine: For these settings.
        settings: How to make the texture.
        measured: The raw moments of each source, by layer.
        shares: Of each source.
    """
    loss, terms = LOSSES[settings.texture_loss], []
    for layer in engine.layers:
        moments = blend_moments([one[layer] for one in measured], shares)
        terms.append(settings.layers[layer] * loss.of_moments(layer, *moments))
    parts = {"texture": functools.reduce(operator.add, terms)}
    if settings.tv_weight:
        parts["total variation"] = settings.tv_weight * TotalVariation(settings.tileable)
    return parts


def _cut_where_smooth(pixels: np.ndarray) -> np.ndarray:
    """Rolls a picture that repeats so that its border lies between the rows and the columns that differ least."""
    for axis in (0, 1):
        steps = np.abs(pixels - np.roll(pixels, 1, axis)).mean(axis=(1 - axis, 2))
        pixels = np.roll(pixels, -int(steps.argmin()), axis)
    return pixels


def _begin(recipe: Texture, state: Any | None, size: tuple[int, int]) -> Any:
    """As `begin_scale`, but for a canvas that repeats."""
    if state is None:
        return begin_scale(recipe, state, size)
    optimizer = recipe.engine.loop.optimizer
    return optimizer.enlarge(state, recipe.enlarged(optimizer.image(state), size))


def texture_steps(
    source: Source | Sequence[Source], *, preset: str = "default", time_limit: float | None = None, **changes: Any
) -> Iterator[Progress]:
    """Makes a texture, and reports after every few evaluations; stop listening, and it stops.

    Args:
        source: One image, or several, whose textures are blended: a `Picture`, or `(height, width, 3)`, floats in
            [0, 1] or uint8.
        preset: A key of `PRESETS`: `"default"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `TextureSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    clock = Clock(time_limit)
    settings = PRESETS.choose(preset, **changes)
    recipe = Texture(as_pictures(source), settings, texture_engine(settings))
    yield from coarse_to_fine(recipe, clock, _begin)


def texture(
    source: Source | Sequence[Source],
    *,
    preset: str = "default",
    time_limit: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    **changes: Any,
) -> Result:
    """Makes a picture of any size with the texture of one or several images.

    Args:
        source: One image, or several, whose textures are blended: a `Picture`, or `(height, width, 3)`, floats in
            [0, 1] or uint8.
        preset: A key of `PRESETS`: `"default"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        callback: Called with each `Progress`.
        **changes: Attributes of `TextureSettings` to change in the preset.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.texture(nst_tf.read_image("pebbles.jpg"), size=256, tileable=True)
        >>> nst_tf.write_image("pebbles-tile.png", result.picture)
    """
    return last_result(texture_steps(source, preset=preset, time_limit=time_limit, **changes), callback)
