import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.images import read_image, write_image
from nst_tf.images.formats.xmp import read_xmp

PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    "<note>naïve &lt;3</note></x:xmpmeta><?xpacket end='w'?>"
).encode()
GREY = np.full((5, 7, 3), 128, np.uint8)
KINDS = [("a.png", 8), ("a.png", 16), ("a.jpg", 8), ("a.webp", 8), ("a.tif", 8), ("a.tif", 16)]


@pytest.mark.parametrize(("name", "bits"), KINDS)
def test_a_packet_goes_into_every_format_and_changes_no_pixel(tmp_path, name, bits):
    write_image(tmp_path / name, GREY, bit_depth=bits, xmp=PACKET)
    write_image(tmp_path / f"plain-{name}", GREY, bit_depth=bits)
    assert read_xmp(tmp_path / name) == PACKET
    assert read_xmp(tmp_path / f"plain-{name}") == b""
    np.testing.assert_array_equal(read_image(tmp_path / name).pixels, read_image(tmp_path / f"plain-{name}").pixels)


def test_a_packet_is_where_other_programs_look(tmp_path):
    for name, bits in KINDS:
        write_image(tmp_path / name, GREY, bit_depth=bits, xmp=PACKET)
        with Image.open(tmp_path / name) as image:
            assert image.info["xmp"] == PACKET
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.pages.first.tags["XMP"].value == PACKET


def test_a_packet_behind_the_pixels_of_a_png_is_read(tmp_path):
    write_image(tmp_path / "a.png", GREY)
    data = (tmp_path / "a.png").read_bytes()
    text = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + PACKET
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    (tmp_path / "a.png").write_bytes(data[:-12] + chunk + data[-12:])
    assert read_xmp(tmp_path / "a.png") == PACKET


def test_a_packet_that_jpeg_cannot_hold_is_refused(tmp_path):
    with pytest.raises(InputError, match="is to hold 65001 bytes of XMP, and holds 65000"):
        write_image(tmp_path / "a.jpg", GREY, xmp=b"x" * 65_001)
    write_image(tmp_path / "a.jpg", GREY, xmp=b"x" * 65_000)
    assert read_xmp(tmp_path / "a.jpg") == b"x" * 65_000


@pytest.mark.parametrize(("content", "message"), [(None, "there is no such file"), (b"no picture", "it is no image")])
def test_what_is_no_picture_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(InputError, match=f"cannot read .*x: {message}"):
        read_xmp(tmp_path / "x")
