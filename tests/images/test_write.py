import io
import resource

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from nst_tf.errors import InputError, NstError
from nst_tf.images import Picture, check_writable, read_image, write_image

EXTENSIONS = ["jpg", "jpeg", "png", "webp", "tif", "tiff", "PNG"]


def noise(bits=8, alpha=False, dpi=None):
    values = np.random.default_rng(bits).integers(0, 2**bits, (24, 40, 4)) / np.float32(2**bits - 1)
    values = values.astype(np.float32)
    return Picture(values[..., :3], values[..., 3] if alpha else None, dpi)


def smooth(alpha=None, dpi=None):
    y, x = np.mgrid[0:1:24j, 0:1:40j].astype(np.float32)
    return Picture(np.stack([x, y, (x + y) / 2], axis=-1), alpha, dpi)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("name", "bits", "quality"),
    [("a.png", 8, 95), ("a.tif", 8, 95), ("a.webp", 8, 100), ("a.png", 16, 95), ("a.tiff", 16, 95)],
)
def test_lossless_formats_give_the_picture_back(tmp_path, name, bits, quality, alpha):
    picture = noise(bits, alpha)
    write_image(tmp_path / name, picture, bit_depth=bits, quality=quality)
    back = read_image(tmp_path / name)
    np.testing.assert_array_equal(back.pixels, picture.pixels)
    if alpha:
        np.testing.assert_array_equal(back.alpha, picture.alpha)
    else:
        assert back.alpha is None


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.webp"])
def test_lossy_formats_give_about_the_picture_back(tmp_path, name):
    write_image(tmp_path / name, smooth())
    np.testing.assert_allclose(read_image(tmp_path / name).pixels, smooth().pixels, atol=0.05)


def test_16_bit_tiff_agrees_with_tifffile(tmp_path):
    picture = noise(16)
    write_image(tmp_path / "a.tif", picture, bit_depth=16)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), np.rint(picture.pixels * 65535))


@pytest.mark.parametrize("alpha", [False, True])
def test_16_bit_png_agrees_with_tensorflow(tmp_path, alpha):
    import tensorflow as tf

    picture = noise(16, alpha)
    write_image(tmp_path / "a.png", picture, bit_depth=16)
    decoded = tf.io.decode_png((tmp_path / "a.png").read_bytes(), dtype=tf.uint16).numpy()
    expected = np.dstack([picture.pixels, picture.alpha]) if alpha else picture.pixels
    np.testing.assert_array_equal(decoded, np.rint(expected * 65535))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_srgb_profile_is_embedded(tmp_path, extension):
    write_image(tmp_path / f"a.{extension}", smooth())
    with Image.open(tmp_path / f"a.{extension}") as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_srgb_profile_is_embedded_in_16_bit(tmp_path, extension):
    write_image(tmp_path / f"a.{extension}", smooth(), bit_depth=16)
    with Image.open(tmp_path / f"a.{extension}") as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize(
    ("extension", "bits"), [("jpg", 8), ("png", 8), ("png", 16), ("webp", 8), ("tif", 8), ("tif", 16)]
)
def test_resolution_is_kept(tmp_path, extension, bits):
    write_image(tmp_path / f"a.{extension}", smooth(dpi=(300.0, 150.0)), bit_depth=bits)
    np.testing.assert_allclose(read_image(tmp_path / f"a.{extension}").dpi, (300, 150), atol=0.02)


@pytest.mark.parametrize("dpi", [None, (0, 0), (np.nan, 72), (1e9, 72)])
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
def test_unknown_resolution_stays_unknown(tmp_path, extension, dpi):
    write_image(tmp_path / f"a.{extension}", smooth(dpi=dpi))
    assert read_image(tmp_path / f"a.{extension}").dpi is None


@pytest.mark.parametrize(
    ("extension", "bits"), [("jpg", 8), ("png", 8), ("png", 16), ("webp", 8), ("tif", 8), ("tif", 16)]
)
def test_same_picture_gives_same_bytes(tmp_path, extension, bits):
    for name in ("a", "b"):
        write_image(tmp_path / f"{name}.{extension}", smooth(dpi=(72, 72)), bit_depth=bits)
    assert (tmp_path / f"a.{extension}").read_bytes() == (tmp_path / f"b.{extension}").read_bytes()


def test_jpeg_shows_transparent_pictures_on_white(tmp_path):
    alpha = np.zeros((24, 40), np.float32)
    alpha[:, 24:] = 1
    picture = Picture(np.zeros((24, 40, 3), np.float32), alpha)
    write_image(tmp_path / "a.jpg", picture)
    pixels = read_image(tmp_path / "a.jpg").pixels
    np.testing.assert_allclose(pixels[:, :16], 1, atol=0.02)
    np.testing.assert_allclose(pixels[:, 32:], 0, atol=0.02)


def test_jpeg_keeps_full_chroma_resolution(tmp_path):
    write_image(tmp_path / "a.jpg", smooth())
    with Image.open(tmp_path / "a.jpg") as image:
        assert {component[1:3] for component in image.layer} == {(1, 1)}


def test_quality_trades_size(tmp_path):
    for extension in ("jpg", "webp"):
        write_image(tmp_path / f"low.{extension}", noise(), quality=10)
        write_image(tmp_path / f"high.{extension}", noise(), quality=95)
        low, high = ((tmp_path / f"{name}.{extension}").stat().st_size for name in ("low", "high"))
        assert low < high / 1.5


@pytest.mark.parametrize("bits", [8, 16])
def test_pixels_are_clipped_and_rounded_to_nearest(tmp_path, bits):
    full = 2**bits - 1
    values = np.array([-0.5, 1.5, 100.4 / full, 100.6 / full], np.float32)
    picture = Picture(np.repeat(values[None, :, None], 3, axis=-1))
    write_image(tmp_path / "a.png", picture, bit_depth=bits)
    pixels = read_image(tmp_path / "a.png").pixels[0, :, 0]
    np.testing.assert_array_equal(np.rint(pixels * full), [0, full, 100, 101])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_non_finite_pixels_are_refused(tmp_path, bad):
    picture = smooth()
    picture.pixels[1, 2, 0] = bad
    with pytest.raises(NstError, match="not finite"):
        write_image(tmp_path / "a.png", picture)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quality", [0, 101, -5])
def test_quality_out_of_range_is_refused(tmp_path, quality):
    with pytest.raises(InputError, match=f"quality {quality} is not between 1 and 100"):
        write_image(tmp_path / "a.jpg", smooth(), quality=quality)


@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_16_bits_need_a_format_that_has_them(tmp_path, name):
    with pytest.raises(InputError, match=r"16-bit.*PNG and TIFF"):
        check_writable(tmp_path / name, bit_depth=16)


def test_other_bit_depths_are_refused(tmp_path):
    with pytest.raises(InputError, match="bit depth 12"):
        check_writable(tmp_path / "a.png", bit_depth=12)


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.gif", ".png"])
def test_unknown_extension_lists_the_known(tmp_path, name):
    with pytest.raises(InputError, match=r"\.jpg, \.jpeg, \.png, \.webp, \.tif, \.tiff"):
        check_writable(tmp_path / name)


def test_picture_too_large_for_the_format_is_refused(tmp_path):
    picture = Picture(np.zeros((1, 16384, 3), np.float32))
    with pytest.raises(InputError, match=r"16383.*16384x1"):
        write_image(tmp_path / "a.webp", picture)


@pytest.mark.parametrize("name", ["missing/a.png", "folder.png"])
def test_check_writable_refuses_what_cannot_be_written(tmp_path, name):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=r"no folder|is a folder"):
        check_writable(tmp_path / name)


def test_check_writable_leaves_no_trace(tmp_path):
    assert check_writable(tmp_path / "a.PNG") == "PNG"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("extension", "bits"), [("jpg", 8), ("png", 8), ("png", 16), ("webp", 8), ("tif", 16)])
def test_failing_disk_leaves_the_old_file(tmp_path, extension, bits):
    path = tmp_path / f"a.{extension}"
    path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(NstError, match="file too large"):
            write_image(path, noise(), bit_depth=bits)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_swapped_arguments_are_told(tmp_path):
    picture = Picture(np.zeros((4, 4, 3), np.float32))
    with pytest.raises(
        InputError, match=r"takes the file first, then the picture: write_image\('name\.png', picture\)"
    ):
        write_image(picture, str(tmp_path / "x.png"))
    with pytest.raises(InputError, match="read_image takes the path of a file, not Picture"):
        read_image(picture)


def test_an_array_is_written_as_a_picture_and_a_flat_one_is_refused(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (5, 4, 3), np.uint8)
    write_image(tmp_path / "x.png", values)
    np.testing.assert_array_equal(read_image(tmp_path / "x.png").pixels, values / np.float32(255))
    with pytest.raises(InputError, match=r"an image has the shape \(5, 4\); it must be \(height, width, 3\)"):
        write_image(tmp_path / "y.png", values[..., 0])
    assert not (tmp_path / "y.png").exists()
