"""ICC profiles: the sRGB one that is embedded, and conversion of pixels to sRGB.

Matrix and grey profiles (sRGB's relatives such as Adobe RGB, Display P3 and ProPhoto) are evaluated here in float,
by ICC.1:2010 annex F, so that 16-bit pixels keep their precision; a profile with tables (CMYK and some scanners'
RGB) goes through LittleCMS, in 8 bits.
"""

import functools
import io
import struct
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

__all__ = ["srgb_profile", "to_srgb"]

# sRGB's colorants in ICC profiles, adapted to D50; columns are red, green and blue.
_SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
_PARAMETERS = {0: "g", 1: "gab", 2: "gabc", 3: "gabcd", 4: "gabcdef"}
_BAND = 2**20  # pixels
_SIGNATURES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}


@functools.cache
def srgb_profile() -> bytes:
    """The sRGB profile, of the same bytes at any time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # LittleCMS writes the time of the call; IEC 61966-2-1 is of 1999.
    profile[24:36] = struct.pack(">6H", 1999, 10, 1, 0, 0, 0)
    return bytes(profile)


def to_srgb(color: np.ndarray, space: str, icc: bytes | None) -> np.ndarray:
    """The sRGB pixels of `color`.

    Args:
        color: float32 `(height, width, len(space))` in [0, 1].
        space: "L", "RGB", "CMYK" or "LAB".
        icc: the profile of `color`; where there is none, or a broken one, grey and RGB are taken to be sRGB and
            CMYK to be ideal inks.

    Returns:
        float32 `(height, width, 3)` in [0, 1].
    """
    if space == "LAB":
        return _by_littlecms(color, space, ImageCms.createProfile("LAB"))
    if icc is not None:
        try:
            return _by_profile(color, space, icc)
        except (ImageCms.PyCMSError, OSError, ValueError, LookupError, struct.error):
            pass
    return _by_convention(color, space)


def _by_convention(color: np.ndarray, space: str) -> np.ndarray:
    if space == "CMYK":
        return (1 - color[..., :3]) * (1 - color[..., 3:])
    return np.repeat(color, 3, axis=-1) if space == "L" else color


def _by_profile(color: np.ndarray, space: str, icc: bytes) -> np.ndarray:
    if space == "L" and icc[16:20] == b"RGB ":
        color, space = _by_convention(color, space), "RGB"
    if icc[16:20] != _SIGNATURES[space]:
        raise ValueError(f"a profile for {icc[16:20]!r} on {space} pixels")
    tags = _tags(icc)
    if space == "CMYK" or b"A2B0" in tags or icc[20:24] != b"XYZ ":
        return _by_littlecms(color, space, ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    return _by_curves(color, space, tags)


def _in_bands(convert: Callable[[np.ndarray], np.ndarray], color: np.ndarray) -> np.ndarray:
    """`convert` of some rows at a time, as what it computes in between is many times as large as a picture."""
    made = np.empty((*color.shape[:2], 3), np.float32)
    rows = max(1, _BAND // color.shape[1])
    for top in range(0, len(color), rows):
        made[top : top + rows] = convert(color[top : top + rows])
    return made


def _by_littlecms(color: np.ndarray, space: str, profile) -> np.ndarray:
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        space,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )

    def convert(band):
        integers = np.rint(band * 255).astype(np.uint8)
        image = _image(integers[..., 0] if space == "L" else integers, space)
        return np.asarray(ImageCms.applyTransform(image, transform)).astype(np.float32) / np.float32(255)

    return _in_bands(convert, color)


def _image(integers: np.ndarray, space: str) -> Image.Image:
    height, width = integers.shape[:2]
    return Image.frombytes(space, (width, height), np.ascontiguousarray(integers).tobytes())


def _by_curves(color: np.ndarray, space: str, tags: dict[bytes, bytes]) -> np.ndarray:
    """`color` by a matrix profile, or as it is if that says the same as sRGB to half an 8-bit step."""
    steps = np.linspace(0, 1, 9, dtype=np.float32)
    probe = np.stack(np.meshgrid(*[steps] * color.shape[-1]), axis=-1)
    difference = np.abs(_evaluate(probe, tags) - _by_convention(probe, space)).max()
    if difference < 0.5 / 255:
        return _by_convention(color, space)
    return _in_bands(lambda band: _evaluate(band, tags), color)


def _evaluate(color: np.ndarray, tags: dict[bytes, bytes]) -> np.ndarray:
    if color.shape[-1] == 1:
        return np.repeat(_encoded(_curve(tags[b"kTRC"], color)), 3, axis=-1)
    linear = np.stack([_curve(tags[c + b"TRC"], color[..., i]) for i, c in enumerate((b"r", b"g", b"b"))], axis=-1)
    colorants = np.stack([np.divide(struct.unpack(">3i", tags[c + b"XYZ"][8:20]), 65536) for c in (b"r", b"g", b"b")])
    to_srgb_primaries = np.linalg.solve(_SRGB_TO_XYZ, colorants.T)
    return _encoded(linear @ to_srgb_primaries.T.astype(np.float32))


def _encoded(linear: np.ndarray) -> np.ndarray:
    """sRGB's transfer function (IEC 61966-2-1), out-of-gamut values clipped."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    entries = struct.iter_unpack(">4sII", icc[132 : 132 + 12 * min(count, 100)])
    return {name: icc[offset : offset + size] for name, offset, size in entries}


def _curve(tag: bytes, x: np.ndarray) -> np.ndarray:
    """The tone curve of a `curv` or `para` tag at `x` in [0, 1], as float32."""
    kind, count = tag[:4], struct.unpack_from(">I", tag, 8)[0]
    if kind == b"para":
        return _parametric(tag, x)
    if kind != b"curv":
        raise ValueError(f"a tone curve of type {kind!r}")
    table = np.array(struct.unpack_from(f">{count}H", tag, 12))
    if count == 0:
        return x
    if count == 1:
        return x ** np.float32(table[0] / 256)
    return np.interp(x, np.linspace(0, 1, count), table / 65535).astype(np.float32)


def _parametric(tag: bytes, x: np.ndarray) -> np.ndarray:
    """`(a x + b)^g + e` from `d` upwards, `c x + f` below."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    names = _PARAMETERS[kind]
    p = dict(zip(names, np.divide(struct.unpack_from(f">{len(names)}i", tag, 12), 65536), strict=True))
    a, b, c = p.get("a", 1.0), p.get("b", 0.0), p.get("c", 0.0)
    e, f = (c, c) if kind == 2 else (p.get("e", 0.0), p.get("f", 0.0))
    if kind == 2:
        c = 0.0
    d = p.get("d", -b / a)
    return np.where(x >= d, np.maximum(a * x + b, 0) ** p["g"] + e, c * x + f).astype(np.float32)
