"""`stylize` and `stylize_steps`: style transfer from pictures to a picture, in Python."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import check_size
from nst_tf.canvas import lanczos
from nst_tf.errors import unknown
from nst_tf.images import Picture, Source, as_picture, dressed, restore_color
from nst_tf.memory import check_measured
from nst_tf.one_pass.areas import Area, Region, areas_of, given_styles, recolored, styles_of
from nst_tf.one_pass.compiled import compiled_stylizer
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.painter import PER_PIXEL as PER_PIXEL_IN_ONE_PASS
from nst_tf.progress import Checkpoint, Progress, Result, last_result
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.fitting import check_fits, is_narrow, with_tiles
from nst_tf.recipes.layers_by_depth import finest, fit_layers, middle
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.recipes.stylize.recipe import Painter, Stylize, style_network
from nst_tf.recipes.stylize.settings import INITS, PRESETS, StylizeSettings
from nst_tf.settings import keywords

__all__ = ["prepare", "run_stylize", "stylize", "stylize_steps"]


def prepare(content: Picture, areas: Sequence[Area], settings: StylizeSettings) -> Stylize:
    """The recipe of a picture, once it is sure that it can be made.

    Args:
        content: What the picture shows.
        areas: What is painted in which styles.
        settings: How to make it.

    Raises:
        InputError: The picture would be too small for the network, or too large for the memory; or what it is to start
            from is none.
    """
    settings = fit_layers(settings, PRESETS, style_layers=finest, content_layers=middle)
    guide, areas = recolored(areas, content.pixels, settings.preserve_color)
    painter, first = _start(settings)
    given = tf.constant(guide)[None], areas, painter, first
    recipe = Stylize(style_network(settings), settings, *given)
    made, worked_on = (_numbers(size) for size in (recipe.sizes[-1], recipe.part_size(recipe.sizes[-1])))
    narrow = is_narrow(worked_on)
    settings = with_tiles(settings, made, narrow, worked_on)
    recipe = Stylize(style_network(settings, narrow=narrow), settings, *given)
    measured = [_numbers(recipe.style_size(style, recipe.sizes[-1])) for style in styles_of(areas)]
    check_size(recipe.network.extractor, *made)
    check_fits(settings, recipe.network, made, measured, "style_scale", narrow=narrow, worked_on=worked_on)
    if painter is not None:
        coarsest = _numbers(recipe.sizes[0])
        check_measured(*coarsest, "first_size", max(coarsest), PER_PIXEL_IN_ONE_PASS, "painted in one pass")
    return recipe


def _numbers(size: tf.Tensor) -> tuple[int, int]:
    return tuple(size.numpy().tolist())


def _start(settings: StylizeSettings) -> tuple[Painter | None, tf.Tensor | None]:
    """What paints the picture that the canvas starts from, or that picture, if it is to start from one."""
    if not isinstance(settings.init, str):
        return None, tf.constant(as_picture(settings.init).pixels)[None]
    if settings.init not in INITS:
        raise unknown("init", settings.init, [*INITS, "an image (height, width, 3)"])
    if settings.init != "fast":
        return None, None
    return compiled_stylizer(load_stylizer(precision=settings.precision)).stylise, None


def run_stylize(
    content: Picture,
    styles: Sequence[Picture],
    settings: StylizeSettings,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
    *,
    mask: Source | None = None,
    regions: Sequence[Region] = (),
) -> Iterator[Progress]:
    """As `stylize_steps`, with settings that were made before; goes on from a checkpoint, see `coarse_to_fine`."""
    clock = Clock(time_limit)
    areas = areas_of(content, styles, settings.style_blend, mask, regions)
    recipe = prepare(content, areas, settings)

    def finish(images: np.ndarray) -> Picture:
        colors = lanczos(tf.constant(content.pixels)[None], *images.shape[1:3])[0].numpy()
        return dressed(restore_color(images[0], colors, settings.preserve_color), content)

    return coarse_to_fine(recipe, clock, finish, checkpoint)


@keywords(PRESETS)
def stylize_steps(
    content: Source,
    style: Source | Sequence[Source],
    *,
    preset: str = "default",
    time_limit: float | None = None,
    mask: Source | None = None,
    regions: Sequence[Region] = (),
    **changes: Any,
) -> Iterator[Progress]:
    """Transfers style, and reports after every few evaluations; stop listening, and it stops.

    Args:
        content: What the picture shows: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        style: One image, or several, whose style is blended.
        preset: A key of `PRESETS`: `"default"`, `"quality"`, `"draft"`, `"wasserstein"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        mask: Which part of the picture is painted: white; see `Region`. The rest is the content, to the bit where the
            mask is black.
        regions: Parts of the picture with styles of their own. `style` is that of the rest, and may be `()` then: the
            rest stays.
        **changes: Attributes of `StylizeSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    settings = PRESETS.choose(preset, **changes)
    styles = given_styles(style, regions)
    yield from run_stylize(as_picture(content), styles, settings, time_limit, mask=mask, regions=regions)


@keywords(stylize_steps)
def stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    callback: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Result:
    """Transfers the style of one or several images to another.

    Args:
        content: What the picture shows.
        style: One image, or several, whose style is blended.
        callback: Called with each `Progress`; without one, a notebook shows a bar and the picture as it grows.
        **options: As for `stylize_steps`.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.stylize("castle.jpg", "wave.jpg", size=256)
        >>> nst_tf.write_image("castle-wave.png", result.picture)
    """
    return last_result(stylize_steps(content, style, **options), callback)
