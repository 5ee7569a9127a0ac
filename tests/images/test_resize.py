import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import fit, resize, resize_image


def lanczos(length, size):
    """The resampling matrix `(size, length)`: a Lanczos window of three lobes, widened when it makes smaller."""
    scale = max(length / size, 1)
    centre = (np.arange(size) + 0.5) * length / size
    x = (np.arange(length) + 0.5 - centre[:, None]) / scale
    weights = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("size", [(9, 50), (17, 31), (40, 12), (1, 1)])
def test_resize_agrees_with_numpy(size):
    pixels = np.random.default_rng(0).normal(0, 5, (17, 31, 3)).astype(np.float32)
    expected = np.einsum("yh,hwc,xw->yxc", lanczos(17, size[0]), pixels.astype(float), lanczos(31, size[1]))
    actual = resize(pixels, size)
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_channels_are_resized_alike():
    pixels = np.random.default_rng(0).random((8, 9, 2), dtype=np.float32)
    np.testing.assert_array_equal(resize(pixels, (5, 6))[..., 1], resize(pixels[..., 1], (5, 6)))


def test_same_size_is_identity():
    pixels = np.random.default_rng(0).random((8, 9, 3), dtype=np.float32)
    np.testing.assert_array_equal(resize(pixels, (8, 9)), pixels)


@pytest.mark.parametrize("shape", [(9, 12), (9, 12, 3)])
def test_an_image_stays_within_its_range(shape):
    pixels = np.random.default_rng(0).integers(0, 2, shape).astype(np.float32)
    resized = resize_image(pixels, (14, 20))
    np.testing.assert_array_equal(resized, np.clip(resize(pixels, (14, 20)), 0, 1))
    assert resized.dtype == np.float32
    assert np.ptp(resize(pixels, (14, 20))) > 1
    np.testing.assert_array_equal(resize_image(pixels, (9, 12)), pixels)


@pytest.mark.parametrize("size", [(0, 5), (5, -1)])
def test_impossible_size_is_refused(size):
    with pytest.raises(InputError, match="no pixels"):
        resize(np.zeros((4, 4), np.float32), size)


@pytest.mark.parametrize(
    ("shape", "longest", "expected"),
    [
        ((600, 800, 3), 400, (300, 400)),
        ((800, 600), 400, (400, 300)),
        ((3, 1000), 10, (1, 10)),
        ((2, 3), 5, (3, 5)),
        ((7, 7), 7, (7, 7)),
    ],
)
def test_fit_keeps_the_aspect_ratio(shape, longest, expected):
    assert fit(shape, longest) == expected


def test_fit_refuses_nothing_to_fit():
    with pytest.raises(InputError, match="at least 1"):
        fit((5, 5), 0)
