"""`texture` and `texture_steps`: texture synthesis from pictures to a picture, in Python."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from nst_tf.backbones import check_size
from nst_tf.errors import InputError, SettingError
from nst_tf.images import Picture, Source, as_pictures
from nst_tf.one_pass.areas import fitting_mask
from nst_tf.one_pass.settings import check_shares
from nst_tf.progress import Checkpoint, Progress, Result, last_result
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.fitting import check_fits, with_tiles
from nst_tf.recipes.layers_by_depth import finest, fit_layers
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.recipes.texture.network import stride, texture_network
from nst_tf.recipes.texture.recipe import Texture, final_size
from nst_tf.recipes.texture.settings import PRESETS, TextureSettings
from nst_tf.settings import keywords

__all__ = ["prepare", "run_texture", "texture", "texture_steps"]


def prepare(sources: Sequence[Picture], settings: TextureSettings, masks: Sequence[Source | None] = ()) -> Texture:
    """The recipe of a texture, once it is sure that it can be made.

    Args:
        sources: One or more.
        settings: How to make it.
        masks: See `texture_steps`.

    Raises:
        InputError: A mask does not fit its source, the size is too small for the network, too large for the memory, or
            none that can tile; or the sources do not match their shares.
    """
    check_shares("source_blend", settings.source_blend, sources, "source")
    settings = fit_layers(settings, PRESETS, layers=finest)
    network, pixels = texture_network(settings), [tf.constant(source.pixels) for source in sources]
    height, width = map(int, final_size(network, settings, pixels[0]))
    if isinstance(settings.size, Sequence) and (height, width) != tuple(settings.size):
        raise SettingError(
            f"size is {settings.size[1]}x{settings.size[0]}; the sides of a tileable texture must be multiples of "
            f"{stride(network)}, such as {width}x{height}",
            "size",
        )
    check_size(network.extractor, height, width)
    if not settings.tileable:
        settings = with_tiles(settings, (height, width))
    elif settings.tile:
        raise SettingError(f"tile is {settings.tile}; what is tileable is looked at as a whole", "tile")
    recipe = Texture(network, settings, pixels, _parts(sources, masks))
    measured = [tuple(recipe.source_size(source, recipe.size).numpy().tolist()) for source in pixels]
    check_fits(settings, network, (height, width), measured, "source_scale", tiles=not settings.tileable)
    return recipe


def _parts(sources: Sequence[Picture], masks: Sequence[Source | None]) -> list[tf.Tensor | None]:
    """The mask of each source, of its size."""
    if masks and len(masks) != len(sources):
        raise InputError(
            f"there are {len(masks)} masks and {len(sources)} sources; there must be one for each, or none"
        )
    both = zip(sources, masks or [None] * len(sources), strict=True)
    return [None if mask is None else fitting_mask(mask, source, "the mask", "the source") for source, mask in both]


def run_texture(
    sources: Sequence[Picture],
    settings: TextureSettings,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
    *,
    masks: Sequence[Source | None] = (),
) -> Iterator[Progress]:
    """As `texture_steps`, with settings that were made before; goes on from a checkpoint, see `coarse_to_fine`."""
    clock = Clock(time_limit)
    recipe = prepare(sources, settings, masks)
    return coarse_to_fine(recipe, clock, lambda images: Picture(images[0]), checkpoint)


@keywords(PRESETS)
def texture_steps(
    source: Source | Sequence[Source],
    *,
    masks: Sequence[Source | None] = (),
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Makes a texture, and reports after every few evaluations; stop listening, and it stops.

    Args:
        source: One image, or several, whose textures are blended: a `Picture`, `(height, width, 3)`, floats in
            [0, 1] or uint8, or a path.
        masks: Which part of each source counts: white; see `Region`. `None` for all of it.
        preset: A key of `PRESETS`: `"default"` or `"gatys"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `TextureSettings` to change in the preset.

    Yields:
        A `Progress`; the last one's `result()` is the finished picture.

    Raises:
        InputError: An image, a setting or the size cannot be used. Nothing was computed then.
    """
    settings = PRESETS.choose(preset, **changes)
    yield from run_texture(as_pictures(source), settings, time_limit, masks=masks)


@keywords(texture_steps)
def texture(
    source: Source | Sequence[Source], *, callback: Callable[[Progress], object] | None = None, **options: Any
) -> Result:
    """Makes a picture of any size with the texture of one or several images.

    Args:
        source: One image, or several, whose textures are blended.
        callback: Called with each `Progress`; without one, a notebook shows a bar and the picture as it grows.
        **options: As for `texture_steps`.

    Returns:
        The picture, with its history and settings.

    Raises:
        InputError: An image, a setting or the size cannot be used.

    Example:
        >>> result = nst_tf.texture("pebbles.jpg", size=128, tileable=True)
        >>> nst_tf.write_image("pebbles-tile.png", result.picture)
    """
    return last_result(texture_steps(source, **options), callback)
