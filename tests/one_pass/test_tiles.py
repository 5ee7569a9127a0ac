"""Pictures of one pass that are looked at by tiles are those that are looked at as a whole."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf import memory
from nst_tf.errors import InputError
from nst_tf.one_pass.areas import Region
from nst_tf.one_pass.compiled import compiled_stylizer
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.painter import FastPainter, fast_stylize
from nst_tf.one_pass.settings import FastSettings
from nst_tf.one_pass.study import PATCH_SIDES
from nst_tf.one_pass.tiles import TiledStylizer

from .small import small


@pytest.fixture(scope="module")
def content():
    return small("neuschwanstein", 150)


@pytest.fixture(scope="module")
def wave():
    return small("great_wave", 100)


def _apart(content, style, **options):
    # Of a style that is looked at as a whole: how its moments are rounded decides between places that are nearly as
    # like one another, and so may another picture.
    options |= {"size": 150, "style_scale": 0.4}
    whole, tiled = (fast_stylize(content, style, tile=tile, **options).pixels for tile in (0, 64))
    return 255 * np.abs(whole - tiled)


def test_tiles_are_not_seen(content, wave):
    assert _apart(content, wave).max() < 0.5


@pytest.mark.parametrize("options", [{}, {"strength": 0.6, "swap": 0.0}], ids=["all", "some"])
def test_nor_where_a_region_has_a_style_of_its_own(content, wave, options):
    mask = np.zeros(content.shape[:2])
    mask[:, 70:] = 1
    region = Region(mask, small("auvers", 100))
    assert _apart(content, wave, regions=[region], **options).max() < 0.5


def test_of_a_style_the_same_is_known(wave):
    whole, style = compiled_stylizer(load_stylizer()), tf.constant(wave[None], tf.float32)
    for levels in whole.stages(False):
        expected, found = (one.study([style], levels, (), True, ()) for one in (whole, TiledStylizer(whole, 64)))
        for level in levels:
            for ours, theirs in zip(found[level].moments, expected[level].moments, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-4)
            if level in PATCH_SIDES:
                ours, theirs = (study[level].choices.places[0] for study in (found, expected))
                np.testing.assert_allclose(*(np.sort(places.patches, 0) for places in (ours, theirs)), atol=1e-5)
                np.testing.assert_allclose(*(_onto(places.axes) for places in (ours, theirs)), atol=1e-3)


def _onto(axes):
    """The projection on what they span: each of them may point the other way."""
    return np.asarray(axes) @ np.asarray(axes).T


def test_what_a_machine_cannot_hold_is_looked_at_by_tiles(content, wave, monkeypatch, caplog):
    painter = FastPainter(wave, FastSettings(size=96))
    whole = painter(content).pixels
    monkeypatch.setattr(memory, "fits_machine", lambda *_: False)
    with caplog.at_level("INFO", "nst_tf"):
        np.testing.assert_array_equal(painter(content).pixels, whole)  # which is no larger than a tile
    assert "by tiles of 512 pixels" in caplog.text


def test_what_fits_by_no_tiles_is_refused_with_the_size_that_fits(content, wave, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4e9)
    monkeypatch.setattr(FastPainter, "_painted", lambda *_: np.zeros((12, 16, 3), np.float32))
    with pytest.raises(InputError, match=r"2400x\d+ pixels need about .* a size of \d+ fits; or a tile of 512$"):
        fast_stylize(content, wave, size=2400)
    fast_stylize(content, wave, size=2400, tile=512)
    with pytest.raises(InputError, match=r"8000x\d+ pixels need about .* a size of \d+ fits$"):
        fast_stylize(content, wave, size=8000, tile=512)
    with pytest.raises(InputError, match="tile is 40; it must be 0 or 64 or more"):
        fast_stylize(content, wave, tile=40)
