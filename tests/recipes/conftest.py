"""A small photograph and two paintings, for tests on the real weights."""

import pytest

from nst_tf.images import Picture, fit, read_image, resize
from nst_tf.samples import sample


def _small(name: str, size: int = 64) -> Picture:
    pixels = read_image(sample(name)).pixels
    return Picture(resize(pixels, fit(pixels.shape, size)).clip(0, 1))


@pytest.fixture(scope="session")
def castle() -> Picture:
    return _small("neuschwanstein")


@pytest.fixture(scope="session")
def wave() -> Picture:
    return _small("great_wave")


@pytest.fixture(scope="session")
def auvers() -> Picture:
    return _small("auvers")
