"""Writing 16-bit PNG, which Pillow does in grey only."""

import struct
import zlib

import numpy as np

__all__ = ["XMP_KEYWORD", "encode_png16"]

XMP_KEYWORD = "XML:com.adobe.xmp"

_COLOR_TYPES = {3: 2, 4: 6}
_UP = 2
_METRES_PER_INCH = 0.0254


def encode_png16(integers: np.ndarray, icc: bytes, dpi: tuple[float, float] | None, xmp: bytes) -> bytes:
    """A PNG file (W3C PNG, third edition) of uint16 `integers` `(height, width, 3 or 4)`, the fourth being alpha."""
    height, width, channels = integers.shape
    header = struct.pack(">2I5B", width, height, 16, _COLOR_TYPES[channels], 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(icc))]
    if dpi:
        chunks.append(_chunk(b"pHYs", struct.pack(">2IB", *(round(value / _METRES_PER_INCH) for value in dpi), 1)))
    if xmp:
        # Not compressed, of no language and with no translated keyword.
        chunks.append(_chunk(b"iTXt", XMP_KEYWORD.encode() + b"\0\0\0\0\0" + xmp))
    chunks += [_chunk(b"IDAT", zlib.compress(_filtered(integers))), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _filtered(integers: np.ndarray) -> bytes:
    """The scan lines as differences to the line above, which compress better, each with its filter's number."""
    rows = integers.astype(">u2").view(np.uint8).reshape(len(integers), -1)
    filtered = np.full((rows.shape[0], 1 + rows.shape[1]), _UP, np.uint8)
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered.tobytes()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
