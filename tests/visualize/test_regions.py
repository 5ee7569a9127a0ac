"""Proposed regions, on the real weights: of an image whose parts are known, and of the bundled photograph."""

import numpy as np
import pytest

import nst_tf
from nst_tf.errors import InputError
from nst_tf.images import fit, resize_image
from nst_tf.visualize.regions import pair_regions, propose_regions

HEIGHT, WIDTH = 96, 128


@pytest.fixture
def near_its_own_size(monkeypatch):
    """Of the small image, enlarging shows nothing more."""
    monkeypatch.setattr("nst_tf.visualize.regions.SIDE", 256)


def overlap(one, other):
    """Intersection over union of two masks, taken as white where they are above a half."""
    one, other = one > 0.5, other > 0.5
    return (one & other).sum() / (one | other).sum()


@pytest.fixture(scope="module")
def parts():
    """A smooth sky over a checkered wall and a noisy meadow, and where they are."""
    rng, (down, across) = np.random.default_rng(0), np.mgrid[:HEIGHT, :WIDTH]
    where = np.stack([down < 40, (down >= 40) & (across < 64), (down >= 40) & (across >= 64)])
    sky = np.array([0.4, 0.6, 0.9]) + 0.1 * (down / HEIGHT)[..., None]
    wall = np.array([0.8, 0.7, 0.6]) * (0.5 + 0.5 * ((down // 4 + across // 4) % 2))[..., None]
    meadow = np.array([0.2, 0.6, 0.2]) * rng.uniform(0.2, 1, (HEIGHT, WIDTH, 1))
    return np.select(list(where[..., None]), [sky, wall, meadow]).astype(np.float32), where.astype(np.float32)


@pytest.mark.usefixtures("near_its_own_size")
def test_parts_that_look_alike_are_regions_and_are_1_in_all(parts):
    image, where = parts
    found = propose_regions(image, 3)
    assert found.shape == where.shape
    np.testing.assert_allclose(found.sum(0), 1, atol=1e-5)
    for part in where:
        assert max(overlap(mask, part) for mask in found) > 0.85
    assert list(found.mean((1, 2))) == sorted(found.mean((1, 2)), reverse=True)


@pytest.mark.usefixtures("near_its_own_size")
def test_the_same_image_has_the_same_regions(parts):
    image, _ = parts
    np.testing.assert_array_equal(propose_regions(image, 3), propose_regions(image, 3))


@pytest.mark.usefixtures("near_its_own_size")
def test_a_region_is_paired_with_what_is_most_like_it(parts):
    image, where = parts
    mirrored = pair_regions(image, image[:, ::-1], 3)
    for part in where:
        here, there = max(mirrored, key=lambda pair: overlap(pair[0], part))
        assert overlap(here, part) > 0.85
        assert overlap(there, part[:, ::-1]) > 0.85


def test_what_is_next_to_nothing_of_an_image_is_no_region():
    castle = nst_tf.read_image(nst_tf.sample("neuschwanstein"))
    shares = [propose_regions(castle, count).mean((1, 2)) for count in (4, 8, 12)]
    for found in shares:
        assert found.min() > 0.004
        assert found.sum() == pytest.approx(1, abs=1e-4)
    assert len(shares[0]) == 4


def test_the_sky_of_the_castle_is_a_region():
    pixels = nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels
    small = resize_image(pixels, fit(pixels.shape, 256))
    blue = (small[..., 2] > small[..., 0] + 0.1) & (small[..., 2] > small[..., 1] + 0.03)
    blue[len(blue) // 2 :] = False
    assert max(overlap(mask, blue) for mask in propose_regions(small, 4)) > 0.75


def test_the_sky_goes_in_between_the_towers_of_the_castle():
    pixels = nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels
    towers = slice(110, 215), slice(290, 380)  # and the sky between the two on the left
    bright, blue = pixels[towers].mean(-1), pixels[towers][..., 2] - pixels[towers][..., 0]
    sky = max(propose_regions(pixels, 4), key=lambda mask: mask[:40].mean())[towers]
    assert sky[(blue > 0.2) & (bright > 0.5)].mean() > 0.9


@pytest.mark.parametrize(
    ("image", "count", "words"),
    [
        (np.zeros((64, 64, 3)), 1, "1 regions were asked for; there can be 2 to 16"),
        (np.zeros((64, 64, 3)), 17, "17 regions"),
        (np.zeros((8, 640, 3)), 4, "640x8 pixels is too thin"),
    ],
    ids=["one", "many", "thin"],
)
def test_what_cannot_be_divided_is_refused(image, count, words):
    with pytest.raises(InputError, match=words):
        propose_regions(image, count)


@pytest.mark.usefixtures("near_its_own_size")
def test_an_image_of_one_colour_has_regions_all_the_same():
    found = propose_regions(np.full((64, 64, 3), 0.5, np.float32), 4)
    np.testing.assert_allclose(found.sum(0), 1, atol=1e-5)
