"""Opening a file with Pillow: header only, and only the formats this package reads."""

from typing import BinaryIO

from PIL import Image, ImageFile

from nst_tf.errors import InputError

__all__ = ["MAX_PIXELS", "check_size", "open_image"]

MAX_PIXELS = 2**28
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")


def open_image(file: BinaryIO) -> ImageFile.ImageFile:
    """The image of `file`, its header read and its size checked, its pixels not yet decoded.

    Raises:
        InputError: it is in no known format, empty, or of more than `MAX_PIXELS` pixels.
    """
    # Not Image.open: its limit on the pixel count is global, and lower than MAX_PIXELS.
    Image.init()
    file.seek(0)
    prefix = file.read(16)
    for name in _FORMATS:
        factory, accept = Image.OPEN[name]
        if accept is not None and accept(prefix) is True:
            file.seek(0)
            image = factory(file, "")
            check_size(*image.size)
            return image
    raise InputError("it is empty" if not prefix else f"it is no image in a known format ({', '.join(_FORMATS)})")


def check_size(width: int, height: int) -> None:
    """Refuses a picture without pixels, and one too large to be meant."""
    if width < 1 or height < 1:
        raise InputError(f"its size is {width}x{height}, it has no pixels")
    if width * height > MAX_PIXELS:
        raise InputError(f"its size is {width}x{height}, more than the {MAX_PIXELS} pixels allowed")
