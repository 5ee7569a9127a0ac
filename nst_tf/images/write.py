"""Writing pictures."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from nst_tf.errors import InputError, NstError
from nst_tf.images.atomic import atomic_write, check_target
from nst_tf.images.decoded import dots_per_inch
from nst_tf.images.files import WRITABLE
from nst_tf.images.formats.png import encode_png16
from nst_tf.images.formats.tiff import encode_tiff
from nst_tf.images.formats.xmp import MOST_BYTES, pillow_options
from nst_tf.images.picture import Picture, Source, as_picture
from nst_tf.images.profile import srgb_profile

__all__ = ["check_writable", "encode", "write_image"]

_DEEP = ("PNG", "TIFF")
_LONGEST = {"JPEG": 65500, "WEBP": 16383}


def write_image(
    path: str | os.PathLike, picture: Source, *, quality: int = 95, bit_depth: int = 8, xmp: bytes = b""
) -> None:
    """Writes `picture` in the format that the extension of `path` names, whole or not at all.

    The sRGB profile and the resolution go into the file, and alpha too; JPEG, which has none, gets the picture on
    white. The same picture gives the same bytes.

    Args:
        path: a file ending in .jpg, .jpeg, .png, .webp, .tif or .tiff.
        picture: a `Picture`, whose pixels are clipped to [0, 1]; or an array `(height, width, 3)`, floats in [0, 1] or
            uint8.
        quality: of JPEG (4:4:4) and WebP, 1 to 100; WebP of quality 100 is lossless. Others always are.
        bit_depth: 8, or 16 for PNG and TIFF.
        xmp: a packet of metadata, UTF-8, to go into the file; none if it is empty.

    Raises:
        InputError: as `check_writable`; or the picture is none or too large for the format, `quality` is out of range,
            or `xmp` has more than 65,000 bytes.
        NstError: the picture has NaN or infinite pixels, or the disk is full or fails.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError("write_image takes the file first, then the picture: write_image('name.png', picture)")
    picture = as_picture(picture)
    name = check_writable(path, bit_depth)
    if not 1 <= quality <= 100:
        raise InputError(f"quality {quality} is not between 1 and 100")
    if len(xmp) > MOST_BYTES:
        raise InputError(f"cannot write {path}: it is to hold {len(xmp)} bytes of XMP, and holds {MOST_BYTES}")
    _check_picture(path, picture, name)
    data = encode(picture, name, quality, bit_depth, xmp)
    with atomic_write(path) as temporary:
        temporary.write_bytes(data)


def check_writable(path: str | os.PathLike, bit_depth: int = 8) -> str:
    """Checks, before the work starts, that `write_image` will be able to write `path`.

    Returns:
        The name of the format: "JPEG", "PNG", "WEBP" or "TIFF".

    Raises:
        InputError: the extension is unknown, the format has no such bit depth, the folder is missing or cannot be
            written to, or `path` is a folder or write-protected.
    """
    name = WRITABLE.get(Path(path).suffix.lower())
    if name is None:
        raise InputError(f"cannot write {path}: its name must end in one of {', '.join(WRITABLE)}")
    if bit_depth not in (8, 16):
        raise InputError(f"bit depth {bit_depth} is neither 8 nor 16")
    if bit_depth == 16 and name not in _DEEP:
        raise InputError(f"cannot write {path}: {name} has no 16-bit pixels, only {' and '.join(_DEEP)} have")
    check_target(path)
    return name


def _check_picture(path: str | os.PathLike, picture: Picture, name: str) -> None:
    for array in (picture.pixels, picture.alpha):
        if array is not None and not np.isfinite(array).all():
            raise NstError(f"cannot write {path}: the picture has pixels that are not finite numbers")
    height, width = picture.pixels.shape[:2]
    longest = _LONGEST.get(name, 2**31 - 1)
    if max(height, width) > longest:
        raise InputError(f"cannot write {path}: {name} holds {longest} pixels a side, the picture is {width}x{height}")


def encode(picture: Picture, name: str, quality: int = 95, bit_depth: int = 8, xmp: bytes = b"") -> bytes:
    """A picture as a file's content, as `write_image` writes it.

    Args:
        picture: All of whose pixels are finite.
        name: Of the format: "JPEG", "PNG", "WEBP" or "TIFF".
        quality: See `write_image`.
        bit_depth: Likewise.
        xmp: Likewise.
    """
    integers = _integers(picture, name, bit_depth)
    dpi = dots_per_inch(picture.dpi)
    if name == "TIFF":
        return encode_tiff(integers, srgb_profile(), dpi, xmp)
    if bit_depth == 16:
        return encode_png16(integers, srgb_profile(), dpi, xmp)
    file = io.BytesIO()
    options = {**_options(name, quality, dpi), **pillow_options(xmp, name)}
    Image.fromarray(integers).save(file, name, icc_profile=srgb_profile(), **options)
    return file.getvalue()


def _integers(picture: Picture, name: str, bit_depth: int) -> np.ndarray:
    """uint8 or uint16 `(height, width, 3)`, or 4 channels with alpha, rounded to the nearest."""
    channels = np.clip(picture.pixels, 0, 1)
    if picture.alpha is not None:
        alpha = np.clip(picture.alpha, 0, 1)[..., None]
        on_white = name == "JPEG"
        channels = channels * alpha + (1 - alpha) if on_white else np.concatenate([channels, alpha], axis=-1)
    full = 2**bit_depth - 1
    return np.rint(channels * np.float32(full)).astype(np.uint8 if bit_depth == 8 else np.uint16)


def _options(name: str, quality: int, dpi: tuple[float, float] | None) -> dict:
    resolution = {"dpi": dpi} if dpi else {}
    if name == "JPEG":
        return {"quality": quality, "subsampling": "4:4:4", **resolution}
    if name == "WEBP":
        # exact: the colours under transparent pixels are part of the picture.
        return {"quality": quality, "lossless": quality == 100, "exact": True, "exif": _exif(dpi)}
    return resolution


def _exif(dpi: tuple[float, float] | None) -> bytes:
    if dpi is None:
        return b""
    exif = Image.Exif()
    exif[ExifTags.Base.XResolution], exif[ExifTags.Base.YResolution] = dpi
    exif[ExifTags.Base.ResolutionUnit] = 2
    return exif.tobytes()
