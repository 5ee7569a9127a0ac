"""Pictures of any size in one pass: a large one is looked at, swapped and decoded tile by tile.

What is said of a picture as a whole, the moments of its features on each level, is summed over its tiles; so the
result is that of `Stylizer.paint`, but for rounding. In memory are the maps of one level, before and after.
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.canvas.masks import mask_at, weights_of
from nst_tf.objectives.moments import exact_moments
from nst_tf.objectives.neighbours import Choices, neighbours_of
from nst_tf.objectives.part import IMAGE
from nst_tf.objectives.places import salience_of, scale_of_moments
from nst_tf.one_pass.compiled import CompiledStylizer, compiled
from nst_tf.one_pass.decoder import decode, level_of, levels_from
from nst_tf.one_pass.study import PATCH_SIDES, STRIDES, Lens, LevelOfStyle, Study, study_of
from nst_tf.one_pass.stylizer import mixed, padded
from nst_tf.one_pass.transport import Moments, Way, way
from nst_tf.views.tiling import Tiling, in_tiles, pixels_of
from nst_tf.views.view import added, fill, view

__all__ = ["TiledStylizer", "tiled_stylizer"]

Maps = np.ndarray  # float32 (1, rows, columns, channels), of a whole image


class TiledStylizer:
    """As `CompiledStylizer`, but pictures and styles that are larger than a tile are looked at by tiles.

    Args:
        whole: The compiled network, for smaller ones.
        tile: The side of a tile in pixels, without its margin.
    """

    def __init__(self, whole: CompiledStylizer, tile: int):
        self._encoder, self._decoder = whole.stylizer.encoder, whole.stylizer.decoder
        self._whole, self._tile = whole, tile
        self._lenses: dict[tuple[str, ...], Lens] = {}
        self._mixed, self._swapped, self._decoded, self._lost = map(
            compiled, (self._mix, self._swap, self._decode, self._lose)
        )

    def study(
        self,
        styles: Sequence[tf.Tensor],
        levels: Sequence[str],
        shares: Sequence[float | tf.Tensor] = (),
        swapping: bool = True,
        parts: Sequence[tf.Tensor | None] = (),
    ) -> Study:
        """What has to be known of a style, see `Stylizer.study`."""
        if not any(in_tiles(style.shape[1:3], self._tile) for style in styles):
            return self._whole.study(styles, levels, shares, swapping, parts)
        seen = [view(self._lens(tuple(levels)), style, self._tile) for style in styles]
        return study_of(seen, levels, shares, PATCH_SIDES if swapping else {}, parts)

    def paint(
        self,
        content: tf.Tensor,
        picture: tf.Tensor,
        styles: Sequence[Study],
        strength: tf.Tensor,
        swapping: tf.Tensor | float = 1.0,
        masks: Sequence[tf.Tensor | None] = (None,),
    ) -> tf.Tensor:
        """Paints an image in one stage of one size, see `Stylizer.paint`."""
        size = content.shape[1:3]
        if not in_tiles(size, self._tile):
            return self._whole.paint(content, picture, styles, strength, swapping, masks)
        whole, seen = padded(content), padded(lanczos(picture, *size))
        masks = [None if mask is None else padded(mask) for mask in masks]
        for level in styles[0]:
            known = [study[level] for study in styles]
            seen = self._painted(level, whole, seen, known, strength, swapping, masks)
        if float(strength[0]) < 1:
            seen += (1 - strength[0]) * self._all_lost(whole)
        return tf.clip_by_value(seen[:, : size[0], : size[1]], 0, 1)

    def _lens(self, levels: tuple[str, ...]) -> Lens:
        if levels not in self._lenses:
            self._lenses[levels] = Lens(compiled(Lens(self._encoder, levels).observe), levels)
        return self._lenses[levels]

    def _tiling(self, level: str, image: tf.Tensor) -> Tiling:
        return self._lens((level,)).tiling(tuple(image.shape[1:3]), self._tile)

    def _painted(
        self,
        level: str,
        whole: tf.Tensor,
        seen: tf.Tensor,
        known: Sequence[LevelOfStyle],
        strength: tf.Tensor,
        swapping: tf.Tensor | float,
        masks: Sequence[tf.Tensor | None],
    ) -> tf.Tensor:
        """The picture after one level, `(1, height, width, 3)`."""
        tiling = self._tiling(level, whole)
        masks = [None if mask is None else mask_at(mask, tiling.boxes[level][0, -2:]) for mask in masks]
        weights = [None if mask is None else weights_of(mask) for mask in masks]
        maps, moments = self._looked_at(level, tiling, whole, seen, strength, weights)
        swapped, ways = [], []
        for style, own, before in zip(known, weights, moments, strict=True):
            made, after = maps, before
            if style.choices is not None:
                made, after = self._all_swapped(level, tiling, maps, style.choices, before, own, strength * swapping)
            swapped.append(made)
            ways.append(way(after, style.moments, strength))
        picture: dict[str, np.ndarray] = {}
        for window, part in tiling.parts():
            around = [_around(level, one, window) for one in (maps, *swapped, *masks)]
            there, masked = around[1 : 1 + len(swapped)], around[1 + len(swapped) :]
            fill(picture, part, {IMAGE: self._decoded(level, around[0], there, ways, masked)})
        return tf.constant(picture[IMAGE])

    def _looked_at(
        self,
        level: str,
        tiling: Tiling,
        whole: tf.Tensor,
        seen: tf.Tensor,
        strength: tf.Tensor,
        weights: Sequence[tf.Tensor | None],
    ) -> tuple[Maps, Sequence[Moments]]:
        """The features that are to be swapped and moved, and their moments in each area."""
        made: dict[str, Maps] = {}
        moments: Any = None
        for window, part in tiling.parts():
            maps = self._mixed(level, pixels_of(whole, window), pixels_of(seen, window), strength)
            fill(made, part, {level: maps})
            moments = added(moments, [exact_moments(level, maps, own, part) for own in weights])
        return made[level], moments

    def _all_swapped(
        self,
        level: str,
        tiling: Tiling,
        maps: Maps,
        choices: Choices,
        moments: Moments,
        weights: tf.Tensor | None,
        share: tf.Tensor,
    ) -> tuple[Maps, Moments]:
        """The features swapped with a style's, and their moments then."""
        mean, second = (moment[0] for moment in moments)
        spread = [tf.cast(one, tf.float32) for one in (mean, scale_of_moments(mean, second))]
        made: dict[str, Maps] = {}
        after: Any = None
        for window, part in tiling.parts():
            swapped = self._swapped(level, _around(level, maps, window), *spread, choices, share)
            fill(made, part, {level: swapped})
            after = added(after, exact_moments(level, swapped, weights, part))
        return made[level], after

    def _all_lost(self, whole: tf.Tensor) -> tf.Tensor:
        """What the decoder loses of an image on the finest level."""
        level, made = levels_from(level_of(self._decoder))[-1], {}
        for window, part in self._tiling(level, whole).parts():
            fill(made, part, {IMAGE: self._lost(level, pixels_of(whole, window))})
        return tf.constant(made[IMAGE])

    def _mix(self, level: str, own: tf.Tensor, seen: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        own, made = (tf.cast(self._encoder(image)[level], tf.float32) for image in (own, tf.clip_by_value(seen, 0, 1)))
        return mixed(level, own, made, strength)

    def _swap(
        self, level: str, maps: tf.Tensor, mean: tf.Tensor, scale: tf.Tensor, choices: Choices, share: tf.Tensor
    ) -> tf.Tensor:
        standard = (maps - mean) * scale
        return maps + share * salience_of(standard) * (neighbours_of(standard, choices, PATCH_SIDES[level]) - maps)

    def _decode(
        self,
        level: str,
        maps: tf.Tensor,
        swapped: Sequence[tf.Tensor],
        ways: Sequence[Way],
        masks: Sequence[tf.Tensor | None],
    ) -> tf.Tensor:
        total = maps
        for there, path, mask in zip(swapped, ways, masks, strict=True):
            moved = path.carry(there)
            total = moved if mask is None else total + mask * (moved - maps)
        return decode(self._decoder, level, total)["image"]

    def _lose(self, level: str, image: tf.Tensor) -> tf.Tensor:
        return image - decode(self._decoder, level, self._encoder(image)[level])["image"]


@functools.lru_cache(maxsize=2)
def tiled_stylizer(whole: CompiledStylizer, tile: int) -> TiledStylizer:
    """The compiled parts of a network for pictures by tiles, kept for the last two; see `TiledStylizer`."""
    return TiledStylizer(whole, tile)


def _around(level: str, maps: Maps | tf.Tensor | None, window: tf.Tensor) -> tf.Tensor | None:
    """What is looked at of maps of a whole image for a tile."""
    if maps is None:
        return None
    top, left, bottom, right = window.numpy() // STRIDES[level]
    return tf.constant(maps[:, top:bottom, left:right])
