"""What is no image, is damaged, or too large: refused in one line that names the file."""

import errno
import os
import struct
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.images import MAX_PIXELS, read_image

from .drawn import HEIGHT, WIDTH, integers, png, smooth


def assert_refused(path, message):
    with pytest.raises(InputError, match=message) as caught:
        read_image(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    assert_refused(tmp_path / "a.png", "no such file")


def test_folder(tmp_path):
    assert_refused(tmp_path, "folder")


def test_special_file():
    assert_refused(Path("/dev/null"), "not a regular file")


def test_empty_file(tmp_path):
    (tmp_path / "a.png").touch()
    assert_refused(tmp_path / "a.png", "empty")


def test_unreadable_file(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", denied)
    assert_refused(tmp_path / "a.png", "permission denied")


@pytest.mark.parametrize(
    "data", [b"hello", b"BM", b"\x89PNG\r\n\x1a\n", b"II*\0", b"\xff\xd8\xff\xe0", b"%!PS-Adobe-3.0 EPSF-3.0"]
)
def test_not_an_image(tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    assert_refused(tmp_path / "a.png", "no image in a known format|damaged")


@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "tif", "bmp", "gif"])
@pytest.mark.parametrize("fraction", [0.02, 0.5, 0.9])
def test_truncated_file(tmp_path, extension, fraction, capfd):
    path = tmp_path / f"a.{extension}"
    Image.fromarray(integers(3)).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])
    assert_refused(path, "damaged|no image")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_tiff_with_spoilt_strips(tmp_path, compression, capfd):
    path = tmp_path / "a.tif"
    Image.fromarray(integers(3)).save(path, compression=compression)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = b"\xff" * 200
    path.write_bytes(data)
    try:
        read_image(path)
    except InputError as error:
        assert str(path) in str(error)  # noqa: PT017
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [(0, 8), (8, 0)])
def test_picture_without_pixels(tmp_path, size):
    (tmp_path / "a.png").write_bytes(png(8, 2, np.zeros((1, 3), np.uint8), size=size))
    assert_refused(tmp_path / "a.png", "no pixels|damaged")


def bomb(kind):
    rows = np.zeros((1, 3), np.uint8)
    if kind == "png":
        return png(8, 2, rows, size=(50_000, 50_000))
    if kind == "16-bit png":
        return png(16, 2, rows, size=(50_000, 50_000))
    if kind == "bmp":
        return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 50_000, 50_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 50_000, 50_000, 0, 0, 0)
        + b","
        + struct.pack("<4HB", 0, 0, 50_000, 50_000, 0)
        + b"\x02\0;"
    )


@pytest.mark.parametrize("kind", ["png", "16-bit png", "bmp", "gif"])
def test_gigantic_picture_is_refused_from_its_header(tmp_path, kind):
    (tmp_path / "a").write_bytes(bomb(kind))
    tracemalloc.start()  # what is read of it would be 2.5 GB
    assert_refused(tmp_path / "a", f"50000x50000, more than the {MAX_PIXELS} pixels")
    assert tracemalloc.get_traced_memory()[1] < 2**23
    tracemalloc.stop()


def test_gigantic_planar_tiff_is_refused(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        np.zeros((2, 16, 16), np.uint16),
        photometric="minisblack",
        planarconfig="separate",
        extrasamples=["unassalpha"],
        metadata=None,
    )
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags["ImageWidth"].overwrite(50_000, dtype="I")
        tiff.pages.first.tags["ImageLength"].overwrite(50_000, dtype="I")
    assert_refused(path, "50000x50000")


def test_decoders_log_nothing(tmp_path, caplog):
    path = tmp_path / "a.tif"
    Image.fromarray(smooth()).save(path)
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags["SamplesPerPixel"].overwrite(2048)
    caplog.clear()
    assert_refused(path, "damaged|not supported")
    assert not caplog.records


def test_tiff_with_fewer_channels_than_its_colors_need_is_refused(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((8, 8), np.float64), photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags["PhotometricInterpretation"].overwrite(2)
    assert_refused(path, "not supported")


def test_an_image_for_which_there_is_no_memory_is_refused_from_its_header(tmp_path, monkeypatch):
    # 20 kB, and 4 GB when decoded.
    (tmp_path / "picture.png").write_bytes(png(1, 0, np.zeros((1, 1), np.uint8), size=(16000, 16000)))
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=3 * 2**30))
    with pytest.raises(
        InputError, match=r"its 16000x16000 pixels need about 5\.0 GiB of memory, and 3\.0 GiB are free"
    ):
        read_image(tmp_path / "picture.png")
    tifffile.imwrite(
        tmp_path / "a.tif", np.zeros((4, 4, 2), np.uint16), photometric="minisblack", extrasamples=["unassalpha"]
    )
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100))
    for name in ("a.tif", "picture.png"):
        assert_refused(tmp_path / name, "pixels need")


@pytest.mark.parametrize(
    ("bad", "message"), [(np.nan, "not finite"), (np.inf, "not finite"), (200, r"not in \[0, 1\]")]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_float_tiff_with_impossible_samples_is_refused(tmp_path, bad, message, channels):
    values = np.zeros((HEIGHT, WIDTH, channels), np.float32)
    values[3, 4] = bad
    tifffile.imwrite(tmp_path / "a.tif", values.squeeze(), photometric="rgb" if channels == 3 else "minisblack")
    assert_refused(tmp_path / "a.tif", message)
