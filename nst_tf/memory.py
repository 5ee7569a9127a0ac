"""How much memory a picture needs, so that one that would not fit is refused before it starts."""

import math

import psutil

from nst_tf.errors import InputError

__all__ = ["available_bytes", "check_memory", "needed_bytes"]

FIXED = 1.0e9  # bytes: TensorFlow, a network, its graph
PER_PIXEL = 3.5e3  # bytes: features kept for the gradient and those in the making, and the history of L-BFGS
GIB = 2**30


def needed_bytes(height: int, width: int, fixed: float = FIXED, per_pixel: float = PER_PIXEL) -> float:
    """The memory in bytes that a picture of this size takes at its peak; by default one that is optimised on VGG16."""
    return fixed + per_pixel * height * width


def available_bytes() -> float:
    """The memory in bytes that this process can have, itself included, without swapping."""
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


def check_memory(height: int, width: int, fixed: float = FIXED, per_pixel: float = PER_PIXEL) -> None:
    """Refuses an image that does not fit into memory.

    Args:
        height: In pixels.
        width: In pixels.
        fixed: What is needed whatever the size, in bytes.
        per_pixel: What is needed for each pixel, in bytes; the default is for an image that is optimised.

    Raises:
        InputError: It does not fit; the message names the need and the largest size that fits.
    """
    need, available = needed_bytes(height, width, fixed, per_pixel), available_bytes()
    if need <= available:
        return
    fitting = max(0, int(max(height, width) * math.sqrt(max(0, available - fixed) / (need - fixed))))
    raise InputError(
        f"{width}x{height} pixels need about {need / GIB:.1f} GiB of memory, and {available / GIB:.1f} GiB are free; "
        f"a size of {fitting} fits"
    )
