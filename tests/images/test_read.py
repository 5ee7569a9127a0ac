import os
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageOps

from nst_tf.images import read_image, read_to_shrink, resize
from nst_tf.images.profile import to_srgb
from nst_tf.images.read import upright

from .drawn import HEIGHT, WIDTH, integers, png, smooth
from .profiles import cmyk_profile, matrix_profile

LOSSLESS = ["png", "tif", "webp", "bmp"]


def saved(path, image, **options):
    options = {"lossless": True, "exact": True, **options} if path.suffix == ".webp" else options
    image.save(path, **options)
    return read_image(path)


def read_bytes(tmp_path, data, name="picture.png"):
    (tmp_path / name).write_bytes(data)
    return read_image(tmp_path / name)


def scaled(values, full):
    return np.asarray(values, np.float32) / np.float32(full)


def assert_pixels(picture, expected, full=255):
    assert picture.pixels.dtype == np.float32
    np.testing.assert_array_equal(picture.pixels, np.broadcast_to(scaled(expected, full), picture.pixels.shape))


def assert_alpha(picture, expected, full=255):
    assert picture.alpha.dtype == np.float32
    np.testing.assert_array_equal(picture.alpha, scaled(expected, full))


@pytest.mark.parametrize("extension", LOSSLESS)
def test_8_bit_rgb_is_read_exactly(tmp_path, extension):
    values = integers(3)
    picture = saved(tmp_path / f"picture.{extension}", Image.fromarray(values))
    assert_pixels(picture, values)
    assert picture.alpha is None


@pytest.mark.parametrize("extension", ["png", "tif", "webp"])
def test_8_bit_alpha_is_read_exactly(tmp_path, extension):
    values = integers(4)
    picture = saved(tmp_path / f"picture.{extension}", Image.fromarray(values))
    assert_pixels(picture, values[..., :3])
    assert_alpha(picture, values[..., 3])


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_grey_with_alpha(tmp_path, extension):
    values = integers(2)
    picture = saved(tmp_path / f"picture.{extension}", Image.fromarray(values, "LA"))
    assert_pixels(picture, values[..., :1])
    assert_alpha(picture, values[..., 1])


@pytest.mark.parametrize("extension", ["png", "tif", "bmp", "gif"])
def test_grey(tmp_path, extension):
    values = integers(1)
    assert_pixels(saved(tmp_path / f"picture.{extension}", Image.fromarray(values[..., 0])), values)


@pytest.mark.parametrize("extension", ["png", "tif", "bmp", "gif"])
def test_black_and_white(tmp_path, extension):
    values = np.where(integers(1) > 127, 255, 0)
    image = Image.fromarray(values[..., 0].astype(np.uint8)).convert("1")
    assert_pixels(saved(tmp_path / f"picture.{extension}", image), values)


@pytest.mark.parametrize("extension", ["png", "tif", "bmp", "gif"])
def test_palette(tmp_path, extension):
    colors = integers(3)[0, :16]
    indices = integers(1)[..., 0] % 16
    image = Image.fromarray(indices).convert("P")
    image.putpalette(colors.tobytes())
    assert_pixels(saved(tmp_path / f"picture.{extension}", image), colors[indices])


@pytest.mark.parametrize(("extension", "transparency"), [("png", bytes(range(0, 256, 17))), ("png", 3), ("gif", 3)])
def test_palette_with_transparency(tmp_path, extension, transparency):
    colors = integers(3)[0, :16]
    indices = integers(1)[..., 0] % 16
    image = Image.fromarray(indices).convert("P")
    image.putpalette(colors.tobytes())
    picture = saved(tmp_path / f"picture.{extension}", image, transparency=transparency)
    single = isinstance(transparency, int)
    alpha = np.where(indices == 3, 0, 255) if single else np.frombuffer(transparency, np.uint8)[indices]
    visible = alpha > 0
    np.testing.assert_array_equal(picture.pixels[visible], (colors[indices] / np.float32(255))[visible])
    assert_alpha(picture, alpha)


@pytest.mark.parametrize(("bits", "color_type", "channels"), [(8, 0, 1), (8, 2, 3), (16, 0, 1), (16, 2, 3)])
def test_png_with_one_transparent_color(tmp_path, bits, color_type, channels):
    values = integers(channels, bits)
    values[5, 7] = values[2, 3]
    key = (b"tRNS", struct.pack(f">{channels}H", *values[2, 3]))
    picture = read_bytes(tmp_path, png(bits, color_type, values.astype(f">u{bits // 8}"), key))
    assert_pixels(picture, values, 2**bits - 1)
    assert_alpha(picture, (values != values[2, 3]).any(axis=-1), 1)


@pytest.mark.parametrize(("color_type", "channels"), [(0, 1), (4, 2), (2, 3), (6, 4)])
def test_16_bit_png_keeps_its_16_bits(tmp_path, color_type, channels):
    values = integers(channels, 16)
    colors = channels - (channels in (2, 4))
    picture = read_bytes(tmp_path, png(16, color_type, values.astype(">u2")))
    assert_pixels(picture, values[..., :colors], 65535)
    if colors < channels:
        assert_alpha(picture, values[..., -1], 65535)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_tiff_keeps_its_16_bits(tmp_path, byteorder, compression, planes, channels):
    values = integers(channels, 16)
    alpha = channels in (2, 4)
    tifffile.imwrite(
        tmp_path / "picture.tif",
        np.moveaxis(values, -1, 0)
        if planes == "separate" and channels > 1
        else values[..., 0]
        if channels == 1
        else values,
        byteorder=byteorder,
        compression=compression,
        predictor=compression is not None,
        planarconfig=planes if channels > 1 else None,
        photometric="rgb" if channels > 2 else "minisblack",
        extrasamples=["unassalpha"] if alpha else None,
        metadata=None,
    )
    picture = read_image(tmp_path / "picture.tif")
    assert_pixels(picture, values[..., : channels - alpha], 65535)
    if alpha:
        assert_alpha(picture, values[..., -1], 65535)


def test_16_bit_lzw_tiff_keeps_its_16_bits(tmp_path):
    values = integers(3, 16)
    as_bytes = Image.fromarray(values.astype("<u2").view(np.uint8).reshape(HEIGHT, -1))
    as_bytes.save(tmp_path / "bytes.tif", compression="tiff_lzw")
    with tifffile.TiffFile(tmp_path / "bytes.tif") as tiff:
        page = tiff.pages.first
        strips = [
            page.parent.filehandle.read_array(np.uint8, count=n, offset=o)
            for o, n in zip(page.dataoffsets, page.databytecounts, strict=True)
        ]
    assert len(strips) == 1
    data = strips[0].tobytes()
    bits, start = struct.pack("<3H", 16, 16, 16), 8 + 6
    fields = [
        (256, 4, 1, WIDTH),
        (257, 4, 1, HEIGHT),
        (258, 3, 3, 8),
        (259, 3, 1, 5),
        (262, 3, 1, 2),
        (273, 4, 1, start),
        (277, 3, 1, 3),
        (278, 4, 1, HEIGHT),
        (279, 4, 1, len(data)),
        (284, 3, 1, 1),
    ]
    directory = struct.pack("<H", len(fields)) + b"".join(struct.pack("<HHII", *field) for field in fields) + bytes(4)
    padding = bytes(len(data) % 2)
    header = b"II*\0" + struct.pack("<I", start + len(data) + len(padding))
    picture = read_bytes(tmp_path, header + bits + data + padding + directory, "picture.tif")
    assert_pixels(picture, values, 65535)


def test_premultiplied_16_bit_alpha_is_divided_out(tmp_path):
    values = integers(4, 16)
    values[..., 3] |= 32768
    values[..., :3] = values[..., :3].astype(np.uint32) * values[..., 3:] // 65535
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", extrasamples=["assocalpha"], metadata=None)
    picture = read_image(tmp_path / "a.tif")
    np.testing.assert_allclose(picture.pixels, values[..., :3] / values[..., 3:].astype(float), atol=1e-6)
    assert_alpha(picture, values[..., 3], 65535)


@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_whose_white_is_zero(tmp_path, bits):
    values = integers(1, bits)
    tifffile.imwrite(tmp_path / "a.tif", values[..., 0], photometric="miniswhite", metadata=None)
    assert_pixels(read_image(tmp_path / "a.tif"), 2**bits - 1 - values.astype(int), 2**bits - 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_float_tiff(tmp_path, channels):
    values = np.random.default_rng(0).random((HEIGHT, WIDTH, channels), dtype=np.float32)
    tifffile.imwrite(tmp_path / "a.tif", values.squeeze(), photometric="rgb" if channels == 3 else "minisblack")
    assert_pixels(read_image(tmp_path / "a.tif"), values, 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_tiff(tmp_path, bits):
    values = integers(4, bits)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="separated", metadata=None)
    ink = values / (2.0**bits - 1)
    expected = (1 - ink[..., :3]) * (1 - ink[..., 3:])
    np.testing.assert_allclose(read_image(tmp_path / "a.tif").pixels, expected, atol=1e-6)


def test_cmyk_jpeg_which_is_stored_inverted(tmp_path):
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[..., 0] = 255
    Image.fromarray(ink, "CMYK").save(tmp_path / "a.jpg", quality=100)
    assert b"Adobe" in (tmp_path / "a.jpg").read_bytes()
    expected = np.broadcast_to([0, 1, 1], (16, 16, 3))
    np.testing.assert_allclose(read_image(tmp_path / "a.jpg").pixels, expected, atol=0.02)


@pytest.mark.parametrize("extension", ["jpg", "tif"])
def test_cmyk_goes_through_its_profile(tmp_path, extension):
    corners = [(100, 0, 0)] * 8 + [(50, 0, 0)] * 8
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[..., 0] = 255
    picture = saved(tmp_path / f"a.{extension}", Image.fromarray(ink, "CMYK"), icc_profile=cmyk_profile(corners))
    np.testing.assert_allclose(picture.pixels, 119 / 255, atol=3 / 255)


def test_lab_tiff(tmp_path):
    Image.new("LAB", (4, 4), (255, 128, 128)).save(tmp_path / "a.tif")
    np.testing.assert_allclose(read_image(tmp_path / "a.tif").pixels, 1, atol=1 / 255)


def test_jpeg_is_read_within_its_loss(tmp_path):
    picture = saved(tmp_path / "a.jpg", Image.fromarray(smooth()), quality=95)
    np.testing.assert_allclose(picture.pixels, smooth() / 255, atol=0.05)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
def test_orientation_is_applied(tmp_path, extension, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = saved(tmp_path / f"a.{extension}", Image.fromarray(smooth()), exif=exif)
    np.testing.assert_allclose(picture.pixels, upright(smooth(), orientation) / 255, atol=0.05)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize(
    ("extension", "channels", "bits"), [("png", 4, 8), ("tif", 4, 8), ("tif", 4, 16), ("tif", 2, 16)]
)
def test_orientation_is_applied_to_alpha(tmp_path, extension, channels, bits, orientation):
    values = integers(channels, bits)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = tmp_path / f"a.{extension}"
    if bits == 8:
        Image.fromarray(values).save(path, exif=exif)
    else:
        photometric = "rgb" if channels == 4 else "minisblack"
        tags = [(274, "H", 1, orientation, True)]
        tifffile.imwrite(
            path,
            values,
            photometric=photometric,
            planarconfig="contig",
            extrasamples=["unassalpha"],
            extratags=tags,
            metadata=None,
        )
    picture = read_image(path)
    assert_pixels(picture, upright(values[..., :-1], orientation), 2**bits - 1)
    assert_alpha(picture, upright(values[..., -1], orientation), 2**bits - 1)


@pytest.mark.parametrize("extension", ["png", "tif", "webp", "jpg"])
def test_profile_is_converted(tmp_path, extension):
    values = smooth()
    picture = saved(tmp_path / f"a.{extension}", Image.fromarray(values), icc_profile=matrix_profile())
    expected = to_srgb(values / np.float32(255), "RGB", matrix_profile())
    assert np.abs(expected - values / 255).max() > 0.1
    assert np.abs(picture.pixels - expected).mean() < (0.02 if extension == "jpg" else 1e-6)


def test_profile_is_converted_in_16_bits(tmp_path):
    values = integers(3, 16)
    profile = (b"iCCP", b"p\0\0" + zlib.compress(matrix_profile()))
    picture = read_bytes(tmp_path, png(16, 2, values.astype(">u2"), profile))
    np.testing.assert_array_equal(picture.pixels, to_srgb(values / np.float32(65535), "RGB", matrix_profile()))


@pytest.mark.parametrize("extension", ["png", "tif", "webp", "jpg"])
def test_broken_profile_is_ignored(tmp_path, extension):
    picture = saved(tmp_path / f"a.{extension}", Image.fromarray(smooth()), icc_profile=b"broken" * 40)
    np.testing.assert_allclose(picture.pixels, smooth() / 255, atol=0.05)


@pytest.mark.parametrize("extension", ["png", "tif", "jpg", "bmp"])
def test_resolution_is_read(tmp_path, extension):
    picture = saved(tmp_path / f"a.{extension}", Image.fromarray(smooth()), dpi=(300, 150))
    np.testing.assert_allclose(picture.dpi, (300, 150), atol=0.02)


def test_resolution_turns_with_the_picture(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    picture = saved(tmp_path / "a.png", Image.fromarray(smooth()), dpi=(300, 150), exif=exif)
    np.testing.assert_allclose(picture.dpi, (150, 300), atol=0.02)


def test_no_resolution_is_none(tmp_path):
    assert saved(tmp_path / "a.png", Image.fromarray(smooth())).dpi is None


@pytest.mark.parametrize("extension", ["gif", "tif", "webp", "png"])
def test_first_of_several_frames_is_read(tmp_path, extension):
    frames = [Image.new("RGB", (8, 8), color) for color in ("white", "black")]
    picture = saved(tmp_path / f"a.{extension}", frames[0], save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(picture.pixels, 1)


def test_extension_does_not_matter(tmp_path):
    Image.fromarray(smooth()).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", tmp_path / "a.jpg")
    assert_pixels(read_image(str(tmp_path / "a.jpg")), smooth())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_agrees_with_pillow(orientation):
    stored = np.random.default_rng(0).integers(0, 256, (3, 5, 3), dtype=np.uint8)
    image = Image.fromarray(stored)
    image.getexif()[ExifTags.Base.Orientation] = orientation
    np.testing.assert_array_equal(upright(stored, orientation), np.asarray(ImageOps.exif_transpose(image)))


@pytest.mark.parametrize("extension", ["tif", "webp", "gif", "png"])
def test_pillows_own_limit_of_pixels_does_not_call_a_large_image_damaged(tmp_path, monkeypatch, extension):
    path = tmp_path / f"a.{extension}"
    expected = saved(path, Image.fromarray(integers(3))).pixels
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    np.testing.assert_array_equal(read_image(path).pixels, expected)
    assert Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize("extension", ["gif", "webp", "png"])
def test_an_animation_is_told_and_its_first_frame_is_read(tmp_path, caplog, extension):
    frames = [Image.fromarray(np.full((8, 8, 3), value, np.uint8)) for value in (0, 255)]
    frames[0].save(tmp_path / f"a.{extension}", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / f"a.{extension}").pixels.max() < 0.1
    (record,) = caplog.records
    assert record.getMessage() == f"{tmp_path}/a.{extension} is an animation; its first frame is used"


@pytest.mark.parametrize("extension", ["gif", "webp", "png", "jpg", "tif", "bmp"])
def test_an_image_of_one_frame_is_read_without_a_word(tmp_path, caplog, extension):
    saved(tmp_path / f"a.{extension}", Image.fromarray(integers(3)))
    assert not caplog.records


def test_large_images_are_read_one_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("nst_tf.memory.LARGE", 1)
    saved(tmp_path / "a.png", Image.fromarray(integers(3)))
    reading, most = [], []

    def count(samples):
        reading.append(samples)
        most.append(len(reading))
        time.sleep(0.01)
        reading.pop()
        return samples

    monkeypatch.setattr("nst_tf.images.decode.dots_per_inch", count)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read_image, [tmp_path / "a.png"] * 8))
    assert max(most) == 1


def test_a_huge_picture_that_will_be_made_smaller_is_read_smaller_and_others_to_the_bit(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize((1024, 768)).save(tmp_path / "a.png")
    Image.open(tmp_path / "a.png").save(tmp_path / "a.jpg")
    for name in ("a.png", "a.jpg"):
        whole = read_image(tmp_path / name).pixels
        np.testing.assert_array_equal(read_to_shrink(tmp_path / name, 32).pixels, whole, strict=True)
    monkeypatch.setattr("nst_tf.images.read.HUGE", 1024 * 768 - 1)
    monkeypatch.setattr("nst_tf.images.decode._LARGE", 2**18)
    for name in ("a.png", "a.jpg"):
        read = read_to_shrink(tmp_path / name, 32).pixels
        assert 64 <= min(read.shape[:2]) < 768
        small = resize(read_image(tmp_path / name).pixels, (24, 32))
        assert np.abs(resize(read, (24, 32)) - small).mean() < 0.01
