"""Whether what is optimised fits into the memory of a machine, as a whole or by tiles."""

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nst_tf.memory import FIXED, PER_PIXEL, check_measured, check_memory, check_whole, chosen_tile, of_part
from nst_tf.one_pass.settings import check_tile
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.views.tiling import in_tiles

__all__ = ["check_fits", "is_narrow", "with_tiles"]

MARGIN = 48  # pixels around a tile
NARROW = 2**22  # pixels: of more, the history of L-BFGS would take more than 1 GB, and is kept in half precision
# Bytes for a pixel where one looks by tiles, as seen at 3 to 12 megapixels with tiles of 512: of a tile; of the picture
# with all that is optimised, and with a narrow history; of a painting or another source.
PER_PIXEL_OF_TILE, PER_PIXEL_WIDE, PER_PIXEL_NARROW, PER_PIXEL_OF_SOURCE = 3.4e3, 680, 340, 36

Size = tuple[int, int]

_log = logging.getLogger(__name__)


def is_narrow(size: Size) -> bool:
    """Whether what is kept of a picture of this height and width must be narrow, as the log then says."""
    narrow = math.prod(size) > NARROW
    if narrow:
        _log.info(
            "the picture has more than %d megapixels: the optimizer remembers less, and that and the content's "
            "features are rounded to bfloat16, for the memory",
            NARROW >> 20,
        )
    return narrow


def with_tiles(settings: Any, size: Size, narrow: bool = False, worked_on: Size | None = None) -> Any:
    """The settings with tiles, if a picture of this height and width would not fit into the machine without.

    Args:
        settings: Of a recipe; have a `tile`.
        size: Height and width of the picture, in pixels.
        narrow: Whether the optimizer remembers less, in half precision.
        worked_on: Those of the part of the picture that is worked on; all of it by default.

    Raises:
        InputError: The tile is too small.
    """
    tile = chosen_tile(check_tile(settings.tile), *size, partial(_needed, narrow), worked_on)
    return replace(settings, tile=tile)


def _needed(narrow: bool, tile: int) -> tuple[float, float]:
    """The memory that a picture needs, by tiles if there are any: whatever its size, and for each pixel, in bytes."""
    if not tile:
        return FIXED, PER_PIXEL
    return FIXED + PER_PIXEL_OF_TILE * (tile + 2 * MARGIN) ** 2, PER_PIXEL_NARROW if narrow else PER_PIXEL_WIDE


def check_fits(
    settings: Any,
    network: FeatureLoop,
    size: Size,
    measured: Sequence[Size],
    scale: str,
    *,
    narrow: bool = False,
    tiles: bool = True,
    worked_on: Size | None = None,
) -> None:
    """Refuses what does not fit: the picture, or what it is made like.

    Args:
        settings: See `with_tiles`.
        network: That looks at it.
        size: Height and width of the picture, in pixels.
        measured: Those of its sources, as they are measured.
        scale: The name of the setting that scales them.
        narrow: See `with_tiles`.
        tiles: Whether it may be looked at by tiles at all.
        worked_on: Height and width of the part of the picture that is worked on; all of it by default.

    Raises:
        InputError: It does not fit, or the network cannot look at tiles.
    """
    worked_on = worked_on or size
    tiled = in_tiles(worked_on, settings.tile)
    fixed, per_pixel = _needed(narrow, settings.tile if tiled else 0)
    per_pixel = of_part(per_pixel, worked_on, size)
    if tiled:
        network.tiling(worked_on, settings.tile)
        sources = PER_PIXEL_OF_SOURCE * sum(map(math.prod, measured)) / math.prod(size)  # they grow with the picture
        check_memory(*size, fixed, per_pixel + sources)
    else:
        check = check_whole if tiles else check_memory
        check(*size, fixed, per_pixel)
    for source in measured:
        if not in_tiles(source, settings.tile):
            check_measured(*source, scale, float(getattr(settings, scale)))
