"""How much memory a picture needs, so that one that would not fit is refused before it starts."""

import math

import psutil

from nst_tf.errors import InputError, SettingError

__all__ = ["FIXED", "GIB", "available_bytes", "check_measured", "check_memory"]

FIXED = 1.0e9  # bytes: TensorFlow, a network, its graph
PER_PIXEL = 3.5e3  # bytes: features kept for the gradient and those in the making, and the history of L-BFGS
MEASURED = 0.65e3  # bytes for a pixel of an image that is only measured, as seen at 1024 and 1536 pixels
GIB = 2**30


def available_bytes() -> float:
    """The memory in bytes that this process can have, itself included, without swapping."""
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


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


def check_measured(height: int, width: int, setting: str, scale: float) -> None:
    """Refuses an image that does not fit into memory while it is measured.

    Args:
        height: In which it is measured, in pixels.
        width: Likewise.
        setting: The name of the setting that scales it.
        scale: Its value.

    Raises:
        InputError: It does not fit; the message names the need and the largest scale that fits.
    """
    need, available = FIXED + MEASURED * height * width, available_bytes()
    if need <= available:
        return
    fitting = math.floor(100 * scale * _fitting(need, available, FIXED)) / 100
    raise SettingError(
        f"with a {setting} of {scale:g} an image is measured at {width}x{height} pixels, which need "
        f"{_gib(need, available)}; a {setting} of {fitting:g} fits",
        setting,
    )


def _fitting(need: float, available: float, fixed: float) -> float:
    """The factor by which sides must shrink so that they fit."""
    return math.sqrt(max(0.0, available - fixed) / (need - fixed))


def _gib(need: float, available: float) -> str:
    return f"about {need / GIB:.1f} GiB of memory, and {available / GIB:.1f} GiB are free"
