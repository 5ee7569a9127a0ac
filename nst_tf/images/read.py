"""Reading pictures."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nst_tf.errors import InputError, NstError
from nst_tf.images.decode import decode
from nst_tf.images.decoded import Samples
from nst_tf.images.picture import Picture
from nst_tf.images.profile import to_srgb
from nst_tf.images.quiet import quiet_decoders

__all__ = ["HUGE", "opened", "read_image", "read_to_shrink", "upright"]

logger = logging.getLogger(__name__)

HUGE = 2**26  # pixels; no photograph of a camera has as many
SWAPPED = (5, 6, 7, 8)  # EXIF orientations that exchange width and height

_UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """`array` `(height, width, ...)` as stored, turned as EXIF `orientation` (1 to 8) says it is to be shown."""
    return np.ascontiguousarray(_UPRIGHT[orientation](array))


def read_to_shrink(path: str | os.PathLike, longest: float) -> Picture:
    """Reads a picture that will be made smaller, as `read_image` does.

    One of more than `HUGE` pixels is read at a reduced size, of which both sides are at least twice `longest`, so that
    it takes a part of the memory; all others are read as they are.

    Args:
        path: the file.
        longest: the longer side in pixels that it will be brought to.
    """
    return read_image(path, at_least=max(1, round(2 * longest)), above=HUGE)


def read_image(path: str | os.PathLike, *, at_least: int | None = None, above: int = 0) -> Picture:
    """Reads a JPEG, PNG, WebP, TIFF, BMP or GIF file, whatever its extension.

    Of several pages the first is read; of an animation the first frame, with a warning in the log.

    Grey, palette, CMYK and Lab pictures become RGB, the EXIF orientation is applied, an embedded ICC profile is
    converted to sRGB (a broken one is ignored), and 16-bit samples keep their precision unless their profile is one of
    tables.

    Args:
        path: the file.
        at_least: the shorter side in pixels that is needed; a larger JPEG may then be decoded at a half, a quarter or
            an eighth of its size, which is several times faster, and other files of more than 16 million pixels be
            reduced to the mean of squares, which takes less memory.
        above: pixels up to which a file is read as it is in any case.

    Returns:
        The picture, upright: pixels float32 `(height, width, 3)`, sRGB in [0, 1].

    Raises:
        InputError: the file is missing, unreadable, damaged, no such image, or of more pixels than `MAX_PIXELS` or than
            there is memory for.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"read_image takes the path of a file, not {type(path).__name__}")
    with opened(path) as file:
        samples = decode(file, at_least, above)
        if samples.animated:
            logger.warning("%s is an animation; its first frame is used", path)
        return _picture(samples)


@contextlib.contextmanager
def opened(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """An image file for a decoder, whose many exceptions become one.

    Args:
        path: The file.

    Yields:
        The file, at its start.

    Raises:
        InputError: It is missing, unreadable, no regular file, or the decoder failed.
        NstError: There is too little memory for it.
    """
    path = Path(path)
    try:
        _check_file(path)
        with path.open("rb") as file, quiet_decoders():
            yield file
    except MemoryError as error:
        raise NstError(f"cannot read {path}: it needs more memory than there is") from error
    except InputError as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except Exception as error:
        raise InputError(f"cannot read {path}: {_reason(error)}") from error


def _check_file(path: Path) -> None:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise InputError("it is a folder, not an image file")
    if not stat.S_ISREG(mode):
        raise InputError("it is not a regular file")


def _picture(samples: Samples) -> Picture:
    pixels = upright(to_srgb(samples.color, samples.space, samples.icc), samples.orientation)
    alpha = None if samples.alpha is None else upright(samples.alpha, samples.orientation)
    dpi = samples.dpi[::-1] if samples.dpi and samples.orientation in SWAPPED else samples.dpi
    return Picture(pixels, alpha, dpi)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    # Decoders have many exceptions for broken data, and no common one.
    detail = " ".join(str(error).split()) or type(error).__name__
    return f"it is damaged or truncated ({detail})"
