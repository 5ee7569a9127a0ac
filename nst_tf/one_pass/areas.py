"""Areas: which part of a picture is painted in which style, as the user says it and in tensors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.canvas.masks import VISIBLE, composite, mask_at
from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_mask, as_picture, as_pictures, colors_for_transfer, fit
from nst_tf.one_pass.settings import check_shares, with_a_share

__all__ = [
    "Area",
    "Region",
    "areas_at",
    "areas_of",
    "fitting_mask",
    "given_styles",
    "laid_over",
    "painted_part",
    "recolored",
    "styles_of",
]


@dataclass(frozen=True)
class Region:
    """A part of a picture that is painted in a style of its own.

    Attributes:
        mask: Where it is: white within, black without, soft between. An image of the aspect ratio of what is painted,
            `(height, width)` or `(height, width, 3)`, floats in [0, 1] or uint8, or a `Picture`.
        style: What it is painted like, an image.
        style_mask: Which part of the style; all of it if `None`. Of the aspect ratio of the style.
    """

    mask: Source
    style: Source
    style_mask: Source | None = None


class Area(NamedTuple):
    """A part of a picture and its styles, in tensors.

    Attributes:
        styles: One or more images, `(1, height, width, 3)` in [0, 1].
        shares: How much of each is wanted, scalars; `()` if they are looked at as one.
        mask: Where the area is, `(1, height, width, 1)` in [0, 1]; `None` for all of the picture.
        style_masks: Which part of each style counts, likewise; `None` for all of it, `()` for all of each.
    """

    styles: Sequence[tf.Tensor]
    shares: Sequence[tf.Tensor] = ()
    mask: tf.Tensor | None = None
    style_masks: Sequence[tf.Tensor | None] = ()

    @property
    def parts(self) -> Sequence[tf.Tensor | None]:
        """Which part of each style counts."""
        return self.style_masks or [None] * len(self.styles)


def fitting_mask(mask: Source, image: Picture, of: str, is_of: str) -> tf.Tensor:
    """A mask in the size of an image that it belongs to, `(1, height, width, 1)` in [0, 1].

    Args:
        mask: See `Region`.
        image: Of the same aspect ratio.
        of: What the mask is called in messages.
        is_of: What the image is called.

    Raises:
        InputError: It is of another aspect ratio, or black, or no image.
    """
    found, size = as_mask(mask), image.pixels.shape[:2]
    here, there = (f"{shape[1]}x{shape[0]}" for shape in (found.shape, size))
    longest = min(max(found.shape), max(size))
    fitted = zip(fit(found.shape, longest), fit(size, longest), strict=True)
    if any(abs(one - other) > 1 for one, other in fitted):
        raise InputError(f"{of} has {here} pixels and {is_of} {there}; both must be of one aspect ratio")
    if found.max() < VISIBLE:
        raise InputError(f"{of} is black everywhere; it must be white where it holds")
    return mask_at(_tensor(found), tf.constant(size))


def _fitting(mask: Source, image: Picture, of: str, is_of: str) -> np.ndarray:
    return fitting_mask(mask, image, of, is_of)[0, :, :, 0].numpy()


def _tensor(pixels: np.ndarray) -> tf.Tensor:
    return tf.constant(pixels[None] if pixels.ndim == 3 else pixels[None, ..., None])


def areas_of(
    content: Picture,
    styles: Sequence[Picture],
    shares: Sequence[float] = (),
    mask: Source | None = None,
    regions: Sequence[Region] = (),
) -> list[Area]:
    """The areas of a picture.

    Regions that overlap share what they have in common, by their masks. What no region covers is painted in the styles,
    or stays if there are none.

    Args:
        content: What is painted.
        styles: Of all that no region covers.
        shares: Of each of them; see `check_shares`.
        mask: Where anything is painted: white; everything if `None`.
        regions: With styles of their own.

    Raises:
        InputError: A mask is of another aspect ratio than what it belongs to, or black, or no image; there is no style,
            or nothing left for the styles; or they do not match their shares.
    """
    check_shares("style_blend", shares, styles, "style")
    if not (styles or regions):
        raise InputError("no style image was given; at least one is needed")
    used, shares = with_a_share(styles, shares)
    pixels = [_tensor(style.pixels) for style in used]
    shares = [tf.constant(share, tf.float64) for share in shares]  # which may change without another trace
    if mask is None and not regions:
        return [Area(pixels, shares)]
    where = [_fitting(one.mask, content, "the mask of a region", "the content") for one in regions]
    total = np.sum(where, axis=0) if where else np.zeros(content.pixels.shape[:2], np.float32)
    where = [one / np.maximum(total, 1) for one in where]
    allowed = np.float32(1) if mask is None else _fitting(mask, content, "the mask", "the content")
    areas = [_region(region, allowed * one) for region, one in zip(regions, where, strict=True)]
    rest = allowed * (1 - np.minimum(total, 1))
    # Where the regions leave nothing to them, styles have nothing to say.
    return [Area(pixels, shares, _tensor(rest)), *areas] if used and rest.max() >= VISIBLE else areas


def _region(region: Region, mask: np.ndarray) -> Area:
    style, part = as_picture(region.style), None
    if mask.max() < VISIBLE:
        raise InputError("a region lies where the mask is black, so that nothing of it would be painted")
    if region.style_mask is not None:
        part = fitting_mask(region.style_mask, style, "the mask of a style", "the style")
    return Area([_tensor(style.pixels)], (), _tensor(mask), [part] if part is not None else ())


def given_styles(style: Source | Sequence[Source], regions: Sequence[Region]) -> list[Picture]:
    """The styles that a caller gave, none if there are none and all is in regions."""
    return [] if regions and isinstance(style, Sequence) and not len(style) else as_pictures(style)


def areas_at(areas: Sequence[Area], size: tf.Tensor, style_size: Callable[[tf.Tensor], tf.Tensor]) -> Sequence[Area]:
    """Areas brought to the size of a canvas.

    Args:
        areas: Of a picture, of any size.
        size: Height and width of the canvas, `(2,)`.
        style_size: From a style to the size in which it is measured.
    """
    return [_area_at(area, size, style_size) for area in areas]


def _area_at(area: Area, size: tf.Tensor, style_size: Callable[[tf.Tensor], tf.Tensor]) -> Area:
    sizes = [style_size(style) for style in area.styles]
    styles = [lanczos(style, *tf.unstack(one)) for style, one in zip(area.styles, sizes, strict=True)]
    parts = [None if part is None else mask_at(part, one) for part, one in zip(area.parts, sizes, strict=True)]
    mask = None if area.mask is None else mask_at(area.mask, size)
    return Area(styles, area.shares, mask, parts if area.style_masks else ())


def painted_part(areas: Sequence[Area]) -> tf.Tensor | None:
    """Where anything is painted, `(1, height, width, 1)` in [0, 1]; `None` for everywhere.

    Args:
        areas: Of a picture, of any size.
    """
    masks = [area.mask for area in areas]
    return None if None in masks else tf.minimum(tf.add_n(masks), 1)


def laid_over(areas: Sequence[Area], painted: tf.Tensor, content: tf.Tensor) -> tf.Tensor:
    """What was painted, where anything is to be painted, and the content elsewhere: there, to the bit.

    Args:
        areas: Of the picture, of any size.
        painted: `(1, height, width, 3)`.
        content: Likewise.
    """
    mask = painted_part(areas)
    return painted if mask is None else composite(mask_at(mask, tf.shape(painted)[1:3]), painted, content)


def recolored(
    areas: Sequence[Area], content: np.ndarray, preserve_color: str | None
) -> tuple[np.ndarray, Sequence[Area]]:
    """The content and the styles as the network is to see them; see `colors_for_transfer`."""
    if preserve_color is None:
        return content, areas
    guide, seen = colors_for_transfer(content, [style[0].numpy() for style in styles_of(areas)], preserve_color)
    styles = iter(seen)
    return guide, [area._replace(styles=[tf.constant(next(styles))[None] for _ in area.styles]) for area in areas]


def styles_of(areas: Sequence[Area]) -> list[tf.Tensor]:
    """All styles of all areas."""
    return [style for area in areas for style in area.styles]
