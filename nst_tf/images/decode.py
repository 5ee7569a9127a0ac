"""From an opened file to its samples, in the colour space and the orientation of the file."""

import math
from contextlib import nullcontext
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageFile

from nst_tf.errors import InputError
from nst_tf.images.decoded import Samples, dots_per_inch, in_unit_range, straight
from nst_tf.images.formats.deep import deep_samples, is_deep
from nst_tf.images.formats.tiff import decode_tiff, is_tiff, needs_tifffile
from nst_tf.images.identify import open_image
from nst_tf.images.quiet import quiet_stderr
from nst_tf.memory import memory_to_read

__all__ = ["decode"]

_LARGE = 2**24  # pixels; others are as good as read whole
# Pillow's other modes, and the one of L, LA, RGB and RGBA that holds them without loss.
_SIMPLER = {"1": "L", "La": "LA", "PA": "RGBA", "RGBX": "RGB", "RGBa": "RGBA", "YCbCr": "RGB"}
_SPACES = ("L", "LA", "RGB", "RGBA", "CMYK", "LAB")


def decode(file: BinaryIO, at_least: int | None = None, above: int = 0) -> Samples:
    """The samples of the first picture in `file`.

    Args:
        file: at its start.
        at_least: the shorter side in pixels that is needed; `None` for the full size.
        above: pixels up to which the full size is read in any case.

    Raises:
        InputError: the file is of no known format, too large, or of an unsupported sample type; other exceptions
            are a decoder's, for damaged files.
    """
    try:
        image = open_image(file)
    except SyntaxError:
        if not is_tiff(file):
            raise
        return decode_tiff(file)
    if image.format == "TIFF" and needs_tifffile(image):
        return decode_tiff(file)
    factor = 1
    if at_least is not None and math.prod(image.size) > above:
        # Does nothing but for JPEG, whose blocks can be decoded at a fraction of their size.
        image.draft(image.mode, (at_least, at_least))
        if math.prod(image.size) > _LARGE and _can_be_reduced(image):
            factor = max(1, min(image.size) // at_least)
    channels = 4 if image.mode == "P" else len(image.getbands())
    with memory_to_read(*image.size, channels, factor), quiet_stderr() if image.format == "TIFF" else nullcontext():
        return _decode_pillow(image, factor)


def _can_be_reduced(image: ImageFile.ImageFile) -> bool:
    # The mean of a colour and the transparent one is neither.
    keyed = image.mode in ("L", "RGB") and "transparency" in image.info
    return image.mode in (*_SPACES, *_SIMPLER, "P") and not is_deep(image) and not keyed


def _decode_pillow(image: ImageFile.ImageFile, factor: int) -> Samples:
    space, values, premultiplied = _values(image, factor)
    channels = len(space)
    color, alpha = values[..., :channels], None
    if values.shape[-1] > channels:
        alpha = values[..., channels]
    if premultiplied:
        color = straight(color, alpha)
    return Samples(
        space, color, alpha, image.info.get("icc_profile"), _dpi(image), _orientation(image), _is_animated(image)
    )


def _values(image: ImageFile.ImageFile, factor: int) -> tuple[str, np.ndarray, bool]:
    """The colour space, float32 `(height, width, channels)` in [0, 1], and whether premultiplied."""
    if is_deep(image):
        integers, premultiplied = deep_samples(image)
        space = {2: "L", 3: "RGB", 4: "CMYK" if image.mode == "CMYK" else "RGB"}[integers.shape[-1]]
        return space, _scaled(_keyed(integers, image), 65535), premultiplied
    if image.mode == "F":
        return "L", in_unit_range(np.asarray(image)[..., None]), False
    if image.mode.startswith("I;16"):
        return "L", _scaled(_keyed(_grey16(image), image), 65535), False
    return *_values8(image, factor), False


def _values8(image: Image.Image, factor: int) -> tuple[str, np.ndarray]:
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode in _SIMPLER:
        image = image.convert(_SIMPLER[image.mode])
    if image.mode not in _SPACES:
        raise InputError(f"samples of type {image.mode} are not supported")
    if factor > 1:
        image = image.reduce(factor)
    integers = np.atleast_3d(np.asarray(image))
    return image.mode.removesuffix("A"), _scaled(_keyed(integers, image), 255)


def _grey16(image: ImageFile.ImageFile) -> np.ndarray:
    integers = np.asarray(image).astype(np.uint16)[..., None]
    # Pillow leaves 16-bit "white is zero" TIFFs as they are.
    inverted = image.format == "TIFF" and image.tag_v2.get(262) == 0
    return 65535 - integers if inverted else integers


def _keyed(integers: np.ndarray, image: ImageFile.ImageFile) -> np.ndarray:
    """`integers` with an alpha channel for the one colour that the file declares transparent, if any."""
    key = image.info.get("transparency")
    if (image.mode not in ("L", "RGB") and not image.mode.startswith("I;16")) or key is None:
        return integers
    opaque = (integers != np.asarray(key)).any(axis=-1, keepdims=True)
    alpha = np.where(opaque, np.iinfo(integers.dtype).max, 0).astype(integers.dtype)
    return np.concatenate([integers, alpha], axis=-1)


def _scaled(integers: np.ndarray, full: int) -> np.ndarray:
    values = integers.astype(np.float32)
    values /= np.float32(full)  # in place: a large image is several GB
    return values


def _exif(image: ImageFile.ImageFile) -> dict:
    try:
        return dict(image.getexif())
    except Exception:
        # A broken EXIF block says nothing about the pixels.
        return {}


def _is_animated(image: ImageFile.ImageFile) -> bool:
    try:
        return image.is_animated
    except Exception:
        # It is of one frame, or the next one is broken.
        return False


def _orientation(image: ImageFile.ImageFile) -> int:
    orientation = _exif(image).get(ExifTags.Base.Orientation, 1)
    return orientation if orientation in range(1, 9) else 1


def _dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """The resolution of `image`; WebP has it in EXIF only."""
    dpi = image.info.get("dpi")
    if dpi is None and image.format == "WEBP":
        exif = _exif(image)
        scale = {2: 1.0, 3: 2.54}.get(exif.get(ExifTags.Base.ResolutionUnit, 2), math.nan)
        dpi = [scale * exif.get(tag, math.nan) for tag in (ExifTags.Base.XResolution, ExifTags.Base.YResolution)]
    return dots_per_inch(dpi)
