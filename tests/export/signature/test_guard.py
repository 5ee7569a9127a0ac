"""What is decoded, and what is refused before it is: against Pillow, and with files made to do harm."""

import io
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_tf.export.signature.examples import example_bytes
from nst_tf.export.signature.guard import MOST_BYTES, MOST_SCANS, decode_image
from nst_tf.images import read_image


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def decode(data):
    return decode_image(data, "image_bytes")


def problem_of(data):
    problem, image = decode(data)
    assert (problem == b"") == (tf.size(image) > 0)
    return problem.numpy().decode()


def encoded(pixels, kind, mode=None, **options):
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(file, kind, **options)
    return file.getvalue()


def png(width, height, data=b""):
    """A PNG whose header says this size, and whose pixels are these bytes."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(data, 9)),
        (b"IEND", b""),
    )
    body = b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_of_size(width, height):
    """A JPEG whose header says this size, whatever its pixels are."""
    data = bytearray(example_bytes("auvers", 64))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (12, 17, 3), dtype=np.uint8)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", None), ("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("JPEG", None),
                                            ("JPEG", "L")])  # fmt: skip
def test_decodes_as_read_image_does(tmp_path, pixels, kind, mode):
    data = encoded(pixels, kind, mode)
    (tmp_path / "image").write_bytes(data)
    problem, image = decode(data)
    assert problem == b""
    np.testing.assert_array_equal(image, read_image(tmp_path / "image").pixels)


def test_16_bits_are_not_cut(tmp_path, pixels):
    deep = tf.io.encode_png(pixels.astype(np.uint16) * 201).numpy()
    np.testing.assert_allclose(decode(deep)[1], pixels.astype(np.float64) * 201 / 65535, atol=1e-7)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_upright(tmp_path, pixels, orientation):
    exif = Image.Exif()
    exif[271], exif[274] = "maker", orientation
    data = encoded(pixels, "JPEG", exif=exif)
    (tmp_path / "image.jpg").write_bytes(data)
    np.testing.assert_array_equal(decode(data)[1], read_image(tmp_path / "image.jpg").pixels)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it is empty"),
        (b"GIF89a" + bytes(100), "it is neither JPEG nor PNG"),
        (b"\xff\xd8\xff", "its header is damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0", "its header is damaged"),
        (png(0, 5), "its header is damaged"),
        (png(2**31, 5), "its header is damaged"),
        (png(22000, 22000), "it has 22000x22000 pixels; at most 33554432 in all are taken"),
        (png(2**31 - 1, 2**31 - 1), "it has 2147483647x2147483647 pixels; at most 33554432 in all are taken"),
        (jpeg_of_size(65500, 65500), "it has 65500x65500 pixels; at most 33554432 in all are taken"),
        (png(5100, 100), "it has 5100x100 pixels; a side may be 50 times as long as the other"),
        (png(20, 10, b"too few"), "it is damaged or truncated"),
        (example_bytes("auvers", 64)[:900], "it is damaged or truncated"),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), f"it has {MOST_BYTES + 3} bytes; at most {MOST_BYTES} are taken"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_refuses_with_what_is_wrong(data, problem):
    assert problem_of(data) == f"image_bytes: {problem}"


def test_a_jpeg_of_countless_scans_is_refused_before_it_costs_a_pass_for_each():
    data = example_bytes("auvers", 64)
    at = data.index(b"\xff\xda")
    scan = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
    assert problem_of(data[:at] + MOST_SCANS * scan + data[at:]) == (
        f"image_bytes: it has {MOST_SCANS + 1} scans; at most {MOST_SCANS} are taken"
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_no_mutation_of_a_file_fails_the_call(pixels, kind):
    data, rng, damaged = encoded(pixels, kind), np.random.default_rng(1), 0
    for _ in range(150):
        mutated = np.frombuffer(data, np.uint8).copy()
        places = rng.integers(0, len(data), rng.integers(1, 8))
        mutated[places] = rng.integers(0, 256, len(places))
        damaged += problem_of(mutated.tobytes()[: rng.integers(1, 2 * len(data))]) != ""
    assert damaged > 0
