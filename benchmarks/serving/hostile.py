"""Files that were made to hurt who opens them: damaged images, and small files that would be huge pictures."""

import io
import random
import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import tifffile
from PIL import Image

from nst_tf.samples import sample

__all__ = ["bombs", "mutations", "other_sources", "sources"]

SIDE = 96


def _encoded(kind: str, **options) -> bytes:
    file = io.BytesIO()
    with Image.open(sample("neuschwanstein")) as image:
        image.resize((SIDE, SIDE)).save(file, kind, **options)
    return file.getvalue()


def sources() -> list[bytes]:
    """A file of each kind that a model takes."""
    return [_encoded("JPEG"), _encoded("JPEG", progressive=True), _encoded("PNG")]


def other_sources() -> list[bytes]:
    """Files of other kinds, which only the package reads."""
    kinds = [("WEBP", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"})]
    deep = np.zeros((3, SIDE, SIDE), np.uint16)
    planes, file = io.BytesIO(), io.BytesIO()
    tifffile.imwrite(planes, deep, photometric="rgb", planarconfig="separate")
    Image.fromarray(deep[0]).save(file, "PNG")
    return [*(_encoded(kind, **options) for kind, options in kinds), planes.getvalue(), file.getvalue()]


def mutations(number: int, seed: int = 0, files: Sequence[bytes] | None = None) -> Iterator[bytes]:
    """So many damaged files: bits turned over, bytes replaced, parts cut out, doubled or left off.

    Args:
        number: How many.
        seed: Of what is done to them.
        files: That are damaged in turn; those of `sources` if `None`.
    """
    files = sources() if files is None else files
    chance = random.Random(seed)
    for turn in range(number):
        yield _mutated(files[turn % len(files)], chance)


def _mutated(data: bytes, chance: random.Random) -> bytes:
    # Often in the first bytes, where a header decides how the rest is read.
    start = chance.randrange(min(len(data), 700) if chance.random() < 0.5 else len(data))
    length = chance.choice([1, 1, 4, 64])
    part = data[start : start + length]
    kinds = {
        "bit": bytes([part[0] ^ 1 << chance.randrange(8)]) + part[1:],
        "noise": chance.randbytes(len(part)),
        "extreme": bytes([chance.choice([0x00, 0x7F, 0x80, 0xFF])]) * len(part),
        "gap": b"",
        "double": part + part,
    }
    if chance.random() < 0.1:
        return data[:start]
    return data[:start] + chance.choice(list(kinds.values())) + data[start + length :]


def bombs() -> dict[str, bytes]:
    """Small files that would cost much, by what they are."""
    jpeg = _encoded("JPEG")
    size = jpeg.index(b"\xff\xc0") + 5  # height and width in the header of the frame
    return {
        "PNG of 22000x22000": _png(22000, 22000, zlib.compress(bytes(22001 * 3 * 64))),
        "PNG of 2^31-1 squared": _png(2**31 - 1, 2**31 - 1, b""),
        "PNG of width 0": _png(0, 5, zlib.compress(b"")),
        "JPEG of 65500x65500": jpeg[:size] + struct.pack(">HH", 65500, 65500) + jpeg[size + 4 :],
        "JPEG of height 0": jpeg[:size] + struct.pack(">HH", 0, 96) + jpeg[size + 4 :],
        "JPEG of many scans": _scans(3000),
        "20 MB after the magic of JPEG": b"\xff\xd8\xff\xe0" + bytes(20_000_000),
        "nothing": b"",
        "text": b"GET / HTTP/1.1\r\n\r\n",
    }


def _png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _scans(number: int) -> bytes:
    """A progressive JPEG with its last scan again and again."""
    data = _encoded("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * number + data[-2:]
