"""How much memory a style transfer needs, so that one that would not fit is refused before it starts."""

import math

import psutil

from nst_tf.errors import InputError

__all__ = ["available_bytes", "check_memory", "needed_bytes"]

FIXED = 1.0e9  # bytes: TensorFlow, a network, its graph
PER_PIXEL = 3.5e3  # bytes: features kept for the gradient and those in the making, and the history of L-BFGS
GIB = 2**30


def needed_bytes(height: int, width: int) -> float:
    """The memory in bytes that optimising an image of this size takes at its peak, as measured with VGG16."""
    return FIXED + PER_PIXEL * height * width


def available_bytes() -> float:
    """The memory in bytes that this process can have, itself included, without swapping."""
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


def check_memory(height: int, width: int) -> None:
    """Refuses an image that does not fit into memory.

    Args:
        height: In pixels.
        width: In pixels.

    Raises:
        InputError: It does not fit; the message names the need and the largest size that fits.
    """
    need, available = needed_bytes(height, width), available_bytes()
    if need <= available:
        return
    fitting = max(0, int(max(height, width) * math.sqrt(max(0, available - FIXED) / (need - FIXED))))
    raise InputError(
        f"{width}x{height} pixels need about {need / GIB:.1f} GiB of memory, and {available / GIB:.1f} GiB are free; "
        f"a size of {fitting} fits"
    )
