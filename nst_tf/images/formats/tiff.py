"""TIFF through tifffile: what Pillow cannot read (separate planes, grey with alpha and float), and writing."""

import io
from typing import BinaryIO

import numpy as np
import tifffile
from PIL import ImageFile

from nst_tf.errors import InputError
from nst_tf.images.decoded import Samples, dots_per_inch, in_unit_range, straight
from nst_tf.images.identify import check_size
from nst_tf.memory import memory_to_read

__all__ = ["decode_tiff", "encode_tiff", "is_tiff", "needs_tifffile"]

_SPACES = {"MINISBLACK": "L", "MINISWHITE": "L", "RGB": "RGB", "SEPARATED": "CMYK"}
_UNITS = {2: 1.0, 3: 2.54}
_SEPARATE = 2
_XMP = 700


def is_tiff(file: BinaryIO) -> bool:
    """Whether `file` begins as a TIFF."""
    file.seek(0)
    return file.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def needs_tifffile(image: ImageFile.ImageFile) -> bool:
    """Whether the samples of a TIFF opened by Pillow are 16-bit in separate planes, which Pillow misreads."""
    return image.tag_v2.get(284) == _SEPARATE and max(image.tag_v2.get(258, (1,))) > 8


def decode_tiff(file: BinaryIO) -> Samples:
    """The samples of the first page of a TIFF.

    Raises:
        InputError: too large, or of unsupported samples; other exceptions are tifffile's, for damaged files.
    """
    file.seek(0)
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages.first
        check_size(page.imagewidth, page.imagelength)
        with memory_to_read(page.imagewidth, page.imagelength, page.samplesperpixel):
            return _decode_page(page)


def _decode_page(page: tifffile.TiffPage) -> Samples:
    space = _space(page)
    values = _channels_last(page)
    if values.shape[:2] != (page.imagelength, page.imagewidth) or values.shape[2:] < (len(space),):
        raise InputError(f"a TIFF of {space} samples and shape {page.shape} is not supported")
    alpha, premultiplied = _alpha(page, values, len(space))
    color = straight(values[..., : len(space)], alpha) if premultiplied else values[..., : len(space)]
    return Samples(space, color, alpha, page.iccprofile, _dpi(page), _tag(page, "Orientation", 1))


def encode_tiff(integers: np.ndarray, icc: bytes, dpi: tuple[float, float] | None, xmp: bytes) -> bytes:
    """A TIFF file of uint8 or uint16 `integers` `(height, width, 3 or 4)`, the fourth channel being alpha."""
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        integers,
        photometric="rgb",
        extrasamples=["unassalpha"] * (integers.shape[-1] - 3),
        compression="zlib",
        predictor=True,
        iccprofile=icc,
        resolution=dpi,
        resolutionunit="inch" if dpi else None,
        metadata=None,
        extratags=[(_XMP, "B", len(xmp), xmp, True)] if xmp else [],
    )
    return file.getvalue()


def _space(page: tifffile.TiffPage) -> str:
    name = page.photometric.name
    if name not in _SPACES or page.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        raise InputError(f"TIFF samples of type {page.dtype} and photometric {name} are not supported")
    return _SPACES[name]


def _channels_last(page: tifffile.TiffPage) -> np.ndarray:
    """float32 `(height, width, channels)` in [0, 1]."""
    values = page.asarray()
    if page.planarconfig == _SEPARATE and values.ndim == 3:
        values = np.moveaxis(values, 0, -1)
    full = 1 if values.dtype.kind == "f" else np.iinfo(values.dtype).max
    values = np.atleast_3d(in_unit_range(values) if full == 1 else values.astype(np.float32) / np.float32(full))
    if page.photometric.name == "MINISWHITE":
        values[..., 0] = 1 - values[..., 0]
    return values


def _alpha(page: tifffile.TiffPage, values: np.ndarray, channels: int) -> tuple[np.ndarray | None, bool]:
    kinds = [kind.name for kind in page.extrasamples]
    for index, kind in enumerate(kinds[: values.shape[-1] - channels]):
        if kind in ("ASSOCALPHA", "UNASSALPHA"):
            return values[..., channels + index], kind == "ASSOCALPHA"
    return None, False


def _dpi(page: tifffile.TiffPage) -> tuple[float, float] | None:
    scale = _UNITS.get(_tag(page, "ResolutionUnit", 2))
    pairs = [_tag(page, name, None) for name in ("XResolution", "YResolution")]
    known = [pair for pair in pairs if pair is not None and pair[1] != 0]
    if scale is None or len(known) < len(pairs):
        return None
    return dots_per_inch([scale * numerator / denominator for numerator, denominator in known])


def _tag(page: tifffile.TiffPage, name: str, default):
    tag = page.tags.get(name)
    return default if tag is None else tag.value
