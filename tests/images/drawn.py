"""Images and files that tests of reading are made of."""

import struct
import zlib

import numpy as np

HEIGHT, WIDTH = 24, 40


def integers(channels, bits=8):
    values = np.random.default_rng(channels).integers(0, 2**bits, (HEIGHT, WIDTH, channels))
    return values.astype(np.uint8 if bits == 8 else np.uint16)


def smooth():
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    return np.rint(255 * np.stack([x, y, (x + y) / 2], axis=-1)).astype(np.uint8)


def png(bits, color_type, rows, *chunks, size=None):
    """A PNG file by hand; `rows` is a big-endian integer array."""
    height, width = size or rows.shape[:2]
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    parts = [
        (b"IHDR", struct.pack(">2I5B", width, height, bits, color_type, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(body)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
