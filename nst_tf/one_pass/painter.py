"""Style transfer by one pass of a network that was trained for any style."""

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.canvas.masks import mask_at, window_around
from nst_tf.canvas.sizes import longest_made, longest_shown
from nst_tf.errors import InputError
from nst_tf.images import (
    Picture,
    Source,
    as_picture,
    dressed,
    fit,
    resize_image,
    restore_color,
)
from nst_tf.memory import check_memory, check_whole, chosen_tile, of_part
from nst_tf.one_pass.areas import Area, Region, areas_at, areas_of, given_styles, laid_over, painted_part, recolored
from nst_tf.one_pass.compiled import CompiledStylizer, compiled_stylizer
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.settings import FAST, FastSettings, check_shares, check_tile
from nst_tf.one_pass.study import Study, around
from nst_tf.one_pass.stylizer import SMALLEST, style_size
from nst_tf.one_pass.tiles import TiledStylizer, tiled_stylizer
from nst_tf.settings import keywords
from nst_tf.views.tiling import in_tiles, padded_to, pixels_of

__all__ = ["PER_PIXEL", "FastPainter", "fast_stylize"]

Studies = Sequence[Study]

FIXED, PER_PIXEL = 1.5e9, 1.9e3  # bytes: TensorFlow, the network and its graphs; the features alive at a time
# Bytes for a pixel where one looks by tiles, as seen at 3 and 12 megapixels with tiles of 512: of the picture, for each
# of its areas; of a style.
PER_PIXEL_BY_TILES, PER_PIXEL_OF_AREA, PER_PIXEL_OF_STYLE = 250, 130, 36
MARGIN = 64  # pixels around a tile


def _needed(areas: int, tile: int) -> tuple[float, float]:
    """The memory that a picture needs, by tiles if there are any: whatever its size, and for each pixel, in bytes."""
    if not tile:
        return FIXED, PER_PIXEL
    return FIXED + PER_PIXEL * (tile + 2 * MARGIN) ** 2, PER_PIXEL_BY_TILES + PER_PIXEL_OF_AREA * areas


def _window(areas: Sequence[Area], levels: Sequence[str], size: Sequence[int]) -> tf.Tensor | None:
    """The part of a picture of this height and width that is to be painted on these levels, see `pixels_of`; `None` for
    all of it."""
    mask = painted_part(areas)
    return None if mask is None else window_around(mask_at(mask, tf.constant(size)), *around(levels))


def _at(image: np.ndarray, size: tf.Tensor) -> tf.Tensor:
    return lanczos(tf.constant(image[None]), *tf.unstack(size))


class FastPainter:
    """Gives pictures one style: `painter(content)` is the finished `Picture`.

    What can be kept from one picture to the next is: the network, its graph, and the moments of the styles.

    Args:
        style: One image, or several, whose style is blended: `Picture`, `(height, width, 3)`, floats in [0, 1] or
            uint8, or a path.
        settings: How to make pictures.
        decoder: A decoder of one's own; see `load_decoder`.
        mask: Which part of the pictures is painted; see `Region`, as for all of these.
        regions: Parts of the pictures with styles of their own. `style` is that of the rest, and may be `()` then.

    Raises:
        InputError: An image, a setting or the decoder cannot be used.
    """

    def __init__(
        self,
        style: Source | Sequence[Source],
        settings: FastSettings | None = None,
        decoder: str | os.PathLike | None = None,
        *,
        mask: Source | None = None,
        regions: Sequence[Region] = (),
    ):
        self.settings, self._styles = settings or FastSettings(), given_styles(style, regions)
        check_shares("style_blend", self.settings.style_blend, self._styles, "style")
        self._mask, self._regions = mask, regions
        self._compiled = compiled_stylizer(load_stylizer(decoder, self.settings.precision))
        self._studied: dict[tuple, Studies] = {}

    def __call__(self, content: Source) -> Picture:
        """A picture in the style, of the settings' size, with the content's alpha and dpi.

        Raises:
            InputError: The content cannot be used, also not with the masks, or the picture would be too small for the
                network, or too large for the memory.
        """
        content, settings = as_picture(content), self.settings
        own, longest = content.pixels.shape[:2], longest_shown(settings.size, settings.preview)
        size = fit(own, int(longest_made(own, settings.size, settings.preview, SMALLEST)))
        if min(size) < SMALLEST:
            raise InputError(
                f"the picture would be {size[1]}x{size[0]} pixels; it must be {SMALLEST}x{SMALLEST} or larger"
            )
        areas = areas_of(content, self._styles, settings.style_blend, self._mask, self._regions)
        tile = self._checked_tile(areas, size)
        guide, areas = recolored(areas, content.pixels, settings.preserve_color)
        image = self._painted(guide, areas, size, tile)
        shown = fit(own, int(longest))
        image, colors = _at(image, shown)[0].numpy(), resize_image(content.pixels, shown)
        return dressed(restore_color(image, colors, settings.preserve_color), content)

    def _checked_tile(self, areas: Sequence[Area], size: tuple[int, int]) -> int:
        """The side of the tiles by which a picture of this height and width is painted, 0 for none, if it fits into the
        memory."""
        window = _window(areas, self._compiled.stages(True)[-1], size)
        part = size if window is None else (window[2:] - window[:2]).numpy().tolist()
        tile = chosen_tile(check_tile(self.settings.tile), *size, functools.partial(_needed, len(areas)), part)
        by_tiles = in_tiles(part, tile)
        fixed, per_pixel = _needed(len(areas), tile if by_tiles else 0)
        check = check_memory if by_tiles else check_whole
        check(*size, fixed, of_part(per_pixel, part, size))
        return tile

    def _parts(self, tile: int) -> CompiledStylizer | TiledStylizer:
        return tiled_stylizer(self._compiled, tile) if tile else self._compiled

    def _painted(self, guide: np.ndarray, areas: Sequence[Area], size: tuple[int, int], tile: int) -> np.ndarray:
        """The pixels, painted on one size after the other."""
        whole, parts = _at(guide, tf.constant(size)), self._parts(tile)
        strength, swapping = (tf.constant([one], tf.float32) for one in (self.settings.strength, self.settings.swap))

        def paint(content, picture, levels, side):
            studies = self._study(areas, levels, side, tile)
            masks = [None if area.mask is None else mask_at(area.mask, tf.constant(side)) for area in areas]
            window = _window(areas, levels, side)
            if window is None:
                return parts.paint(content, picture, studies, strength, swapping, masks)
            own, seen, *masks = (pixels_of(one, window) for one in (content, lanczos(picture, *side), *masks))
            made = parts.paint(own, seen, studies, strength, swapping, masks)
            return content + padded_to(tf.constant(side), made - own, window)

        sizes = self._compiled.sizes(tf.constant(size)).numpy().tolist()
        return laid_over(areas, self._compiled.stylizer.paint_on_sizes(whole, sizes, paint), whole)[0].numpy()

    def _study(self, areas: Sequence[Area], levels: tuple[str, ...], side: Sequence[int], tile: int) -> Studies:
        # A style whose colours are matched to the content is another one for each picture, and of regions that leave
        # nothing to the styles of the rest there are fewer.
        key = levels, max(side), len(areas), tile
        if key not in self._studied or self.settings.preserve_color:
            seen = areas_at(areas, tf.constant(side), functools.partial(self._style_size, side, tile))
            study = self._parts(tile).study
            self._studied[key] = [
                study(area.styles, levels, area.shares, self.settings.swap > 0, area.style_masks) for area in seen
            ]
        return self._studied[key]

    def _style_size(self, side: Sequence[int], tile: int, style: tf.Tensor) -> tf.Tensor:
        """The size of a style that fits a picture of this height and width, if it fits into the memory."""
        size = style_size(style, tf.constant(side), self.settings.style_scale)
        by_tiles = in_tiles(size.numpy(), tile)
        check_memory(*size.numpy(), *((_needed(0, tile)[0], PER_PIXEL_OF_STYLE) if by_tiles else (FIXED, PER_PIXEL)))
        return size


@keywords(FAST)
def fast_stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    decoder: str | os.PathLike | None = None,
    mask: Source | None = None,
    regions: Sequence[Region] = (),
    **changes: Any,
) -> Picture:
    """Transfers the style of one or several images to another in one pass of a trained network.

    For many pictures in one style, `FastPainter` measures the style once.

    Args:
        content: What the picture shows: a `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        style: One image, or several, whose style is blended.
        decoder: A decoder of one's own; see `load_decoder`.
        mask: Which part of the picture is painted; see `FastPainter`.
        regions: Parts with styles of their own.
        **changes: Attributes of `FastSettings` to change.

    Returns:
        The picture, with the content's alpha and dpi.

    Raises:
        InputError: An image, a setting, the decoder or the size cannot be used.

    Example:
        >>> picture = nst_tf.fast_stylize("castle.jpg", "wave.jpg", strength=0.7)
        >>> nst_tf.write_image("castle-wave.png", picture)
    """
    return FastPainter(style, FAST.choose(**changes), decoder, mask=mask, regions=regions)(content)
