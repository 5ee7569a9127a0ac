import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_tf.images.profile import srgb_profile, to_srgb

from .profiles import (
    ADOBE_TO_XYZ,
    SRGB_TO_XYZ,
    cmyk_profile,
    gamma_tag,
    grey_profile,
    matrix_profile,
    parametric_tag,
    table_tag,
)

RNG = np.random.default_rng(0)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def colors(channels=3):
    return RNG.random((24, 32, channels), dtype=np.float32)


def encoded(linear):
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def littlecms(color, icc):
    """The oracle, in 8 bits."""
    image = Image.fromarray(np.rint(color * 255).astype(np.uint8))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    return np.asarray(ImageCms.profileToProfile(image, profile, srgb, intent, "RGB")) / 255


def to_8_bits(color):
    return (np.rint(color * 255) / 255).astype(np.float32)


def test_the_embedded_profile_is_srgb_and_always_the_same():
    description = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())))
    first = srgb_profile()
    srgb_profile.cache_clear()
    assert "sRGB" in description
    assert srgb_profile() == first


def test_srgb_profile_changes_nothing():
    color = colors()
    np.testing.assert_array_equal(to_srgb(color, "RGB", srgb_profile()), color)


@pytest.mark.parametrize(
    "curve",
    [
        gamma_tag(2.2),
        table_tag([round(65535 * (i / 255) ** 1.8) for i in range(256)]),
        parametric_tag(0, 2.0),
        parametric_tag(1, 2.0, 0.9, 0.1),
        parametric_tag(2, 2.0, 0.8, 0.1, 0.05),
        parametric_tag(3, *SRGB_CURVE),
        parametric_tag(4, *SRGB_CURVE[:3], 0.07, 0.04, 0.01, 0.002),
    ],
)
def test_matrix_profiles_agree_with_littlecms(curve):
    color = to_8_bits(colors())
    icc = matrix_profile(curve=curve)
    np.testing.assert_allclose(to_srgb(color, "RGB", icc), littlecms(color, icc), atol=1.6 / 255)


def test_matrix_profiles_keep_16_bits():
    color = colors()
    linear = color.astype(np.float64) ** 2.19921875 @ (np.linalg.inv(SRGB_TO_XYZ) @ ADOBE_TO_XYZ).T
    np.testing.assert_allclose(to_srgb(color, "RGB", matrix_profile()), encoded(linear), atol=5e-4)


def test_swapped_primaries_swap_the_channels():
    icc = matrix_profile(SRGB_TO_XYZ[:, ::-1], parametric_tag(3, *SRGB_CURVE))
    color = colors()
    np.testing.assert_allclose(to_srgb(color, "RGB", icc), color[..., ::-1], atol=2e-3)


def test_grey_profile_is_evaluated():
    color = colors(1)
    expected = np.repeat(encoded(color.astype(np.float64) ** 1.5), 3, axis=-1)
    np.testing.assert_allclose(to_srgb(color, "L", grey_profile(1.5)), expected, atol=1e-5)


def test_grey_pixels_go_through_an_rgb_profile():
    color = colors(1)
    icc = matrix_profile()
    np.testing.assert_array_equal(to_srgb(color, "L", icc), to_srgb(np.repeat(color, 3, -1), "RGB", icc))


def test_cmyk_goes_through_its_profile():
    corners = [(100, 0, 0)] * 16
    corners[8] = (50, 0, 0)
    corners[1] = (0, 0, 0)
    color = np.zeros((1, 2, 4), np.float32)
    color[0, 0, 0] = 1
    y = ((50 + 16) / 116) ** 3
    expected = np.broadcast_to([[[encoded(y)]], [[1.0]]], (2, 1, 3)).swapaxes(0, 1)
    np.testing.assert_allclose(to_srgb(color, "CMYK", cmyk_profile(corners)), expected, atol=2 / 255)


def test_cmyk_without_profile_is_ideal_inks():
    color = colors(4)
    expected = (1 - color[..., :3].astype(np.float64)) * (1 - color[..., 3:].astype(np.float64))
    np.testing.assert_allclose(to_srgb(color, "CMYK", None), expected, atol=1e-6)


@pytest.mark.parametrize(
    "icc",
    [
        b"",
        b"not a profile",
        matrix_profile()[:200],
        matrix_profile()[:140],
        matrix_profile().replace(b"curv", b"abcd"),
        matrix_profile().replace(b"rXYZ", b"zXYZ"),
        matrix_profile(curve=parametric_tag(9, 1.0)),
        matrix_profile(curve=table_tag([])[:8] + b"\xff\xff\xff\xff"),
        grey_profile(2.2),
        cmyk_profile(np.zeros((16, 3))),
    ],
)
def test_a_broken_or_foreign_profile_is_ignored(icc):
    color = colors()
    np.testing.assert_array_equal(to_srgb(color, "RGB", icc), color)


def test_a_broken_cmyk_profile_is_ignored():
    color = colors(4)
    broken = cmyk_profile(np.zeros((16, 3)))[:300]
    np.testing.assert_array_equal(to_srgb(color, "CMYK", broken), to_srgb(color, "CMYK", None))


def test_lab_is_converted():
    color = np.array([[[1, 0, 0], [0, 0, 0]]], np.float32)
    np.testing.assert_allclose(to_srgb(color, "LAB", None), [[[1, 1, 1], [0, 0, 0]]], atol=2 / 255)


@pytest.mark.parametrize("space", ["RGB", "CMYK"])
def test_a_profile_is_applied_in_bands_as_to_the_whole(tmp_path, monkeypatch, space):
    icc = matrix_profile() if space == "RGB" else cmyk_profile(np.random.default_rng(0).random((16, 3)) * 90)
    color = np.random.default_rng(1).random((24, 32, len(space)), np.float32)
    whole = to_srgb(color, space, icc)
    monkeypatch.setattr("nst_tf.images.profile._BAND", 5 * 32)
    np.testing.assert_array_equal(to_srgb(color, space, icc), whole)
