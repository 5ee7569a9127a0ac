"""How much memory a picture needs, so that one that would not fit is refused before it starts."""

import contextlib
import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence

import psutil

from nst_tf.errors import InputError, SettingError

__all__ = [
    "FIXED",
    "GIB",
    "PER_PIXEL",
    "TILES",
    "available_bytes",
    "check_measured",
    "check_memory",
    "check_whole",
    "chosen_tile",
    "fits_machine",
    "memory_to_read",
    "of_part",
    "tile_for",
]

FIXED = 1.0e9  # bytes: TensorFlow, a network, its graph
PER_PIXEL = 3.5e3  # bytes: features kept for the gradient and those in the making, and the history of L-BFGS
BESIDE = 100  # bytes for a pixel of a picture of which only a part is worked on, beside that
MOST = 0.75  # of the machine's memory that one picture may take
MEASURED = 0.65e3  # bytes for a pixel of an image that is only measured, as seen at 1024 and 1536 pixels
DECODED = 12  # bytes for a pixel of a file, in its own samples and in simpler ones
READ = 9  # bytes for each of its samples that becomes one of a picture, as seen at 16 million pixels
LARGE = 2**29  # bytes
TILES = (1024, 512)  # pixels; of larger tiles, less is looked at twice
GIB = 2**30

_log = logging.getLogger(__name__)
_one_large = threading.Lock()


def available_bytes() -> float:
    """The memory in bytes that this process can have, itself included, without swapping."""
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


def of_part(per_pixel: float, part: Sequence[int], size: Sequence[int]) -> float:
    """The bytes needed for each pixel of a picture of which only a part is worked on.

    Args:
        per_pixel: Those for each pixel of the part.
        part: Its height and width.
        size: Those of the picture.
    """
    share = math.prod(part) / math.prod(size)
    return share * per_pixel + (1 - share) * BESIDE


def check_memory(
    height: int, width: int, fixed: float = FIXED, per_pixel: float = PER_PIXEL, *, pictures: int = 1
) -> None:
    """Refuses an image that does not fit into memory.

    Args:
        height: In pixels.
        width: In pixels.
        fixed: What is needed whatever the size, in bytes.
        per_pixel: What is needed for each pixel, in bytes; the default is for an image that is optimised on VGG16.
        pictures: How many such images there are at a time.

    Raises:
        InputError: It does not fit; the message names the need and the largest size that fits.
    """
    need, available = fixed + per_pixel * height * width * pictures, available_bytes()
    if need <= available:
        return
    what = f"{width}x{height} pixels need" if pictures == 1 else f"{pictures} pictures of {width}x{height} pixels need"
    fitting = int(max(height, width) * _fitting(need, available, fixed))
    raise InputError(f"{what} {_gib(need, available)}; a size of {fitting} fits")


def check_whole(height: int, width: int, fixed: float = FIXED, per_pixel: float = PER_PIXEL) -> None:
    """As `check_memory`, of an image that may be looked at by tiles, too: the message says so.

    Args:
        height: In pixels.
        width: Likewise.
        fixed: See `check_memory`.
        per_pixel: Likewise.

    Raises:
        InputError: It does not fit as a whole.
    """
    try:
        check_memory(height, width, fixed, per_pixel)
    except InputError as error:
        raise InputError(f"{error}; or a tile of {TILES[-1]}") from None


def fits_machine(height: int, width: int, fixed: float = FIXED, per_pixel: float = PER_PIXEL) -> bool:
    """Whether a machine like this can make an image, see `check_memory`: the same, whatever else runs on it."""
    return fixed + per_pixel * height * width <= MOST * psutil.virtual_memory().total


def tile_for(height: int, width: int, needed: Callable[[int], tuple[float, float]]) -> int:
    """The side in pixels of the tiles by which a machine like this can make an image; 0 if it can as a whole.

    Args:
        height: In pixels.
        width: Likewise.
        needed: From the side of tiles, 0 for none, to what is needed: whatever the size, and for each pixel, in bytes.
    """
    return next((tile for tile in (0, *TILES) if fits_machine(height, width, *needed(tile))), TILES[-1])


def chosen_tile(
    asked: int,
    height: int,
    width: int,
    needed: Callable[[int], tuple[float, float]],
    part: Sequence[int] | None = None,
) -> int:
    """The side in pixels of the tiles by which an image is made: what was asked for, else that of `tile_for`, as the
    log then says.

    Args:
        asked: What was asked for; 0 for nothing.
        height: In pixels.
        width: Likewise.
        needed: See `tile_for`.
        part: Height and width of the part of the image that is worked on; all of it by default.
    """
    part = part or (height, width)
    if not asked and (tile := tile_for(*part, needed)):
        _log.info("the picture is looked at by tiles of %d pixels, since the whole would not fit into memory", tile)
        return tile
    # A part that fits is one tile; the paintings are measured in sizes that go by that of the whole image.
    return asked or (max(part) if tile_for(height, width, needed) else 0)


def check_measured(
    height: int, width: int, setting: str, value: float, per_pixel: float = MEASURED, what: str = "measured"
) -> None:
    """Refuses an image that does not fit into memory while it is measured, or what else is done with it.

    Args:
        height: In which that is done, in pixels.
        width: Likewise.
        setting: The name of the setting that says in what size.
        value: Its value, to which the sides are proportional.
        per_pixel: What is needed for each pixel, in bytes.
        what: Is done.

    Raises:
        InputError: It does not fit; the message names the need and the largest value that fits.
    """
    need, available = FIXED + per_pixel * height * width, available_bytes()
    if need <= available:
        return
    parts = 1 if isinstance(value, int) else 100
    fitting = math.floor(parts * value * _fitting(need, available, FIXED)) / parts
    raise SettingError(
        f"with a {setting} of {value:g} an image is {what} at {width}x{height} pixels, which need "
        f"{_gib(need, available)}; a {setting} of {fitting:g} fits",
        setting,
    )


@contextlib.contextmanager
def memory_to_read(width: int, height: int, channels: int, factor: int = 1) -> Iterator[None]:
    """Refuses an image file that does not fit into memory; in the block it is to be read.

    Of threads that read large images, one does so at a time.

    Args:
        width: As the header of the file says, in pixels.
        height: Likewise.
        channels: Samples of a pixel.
        factor: By which its sides are divided before its samples become numbers.

    Raises:
        InputError: It does not fit; the message names the need.
    """
    need = width * height * (DECODED + READ * channels / factor**2)
    with _one_large if need > LARGE else contextlib.nullcontext():
        available = psutil.virtual_memory().available
        if need > available:
            raise InputError(f"its {width}x{height} pixels need {_gib(need, available)}; make it smaller before")
        yield


def _fitting(need: float, available: float, fixed: float) -> float:
    """The factor by which sides must shrink so that they fit."""
    return math.sqrt(max(0.0, available - fixed) / (need - fixed))


def _gib(need: float, available: float) -> str:
    return f"about {need / GIB:.1f} GiB of memory, and {available / GIB:.1f} GiB are free"
