"""Style transfer in one pass, from pictures to pictures."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from nst_tf import memory
from nst_tf.canvas import sizes
from nst_tf.errors import InputError
from nst_tf.images import Picture, luminance, resize
from nst_tf.measures.style_distance import style_distances
from nst_tf.one_pass import painter as fast
from nst_tf.one_pass.areas import areas_of
from nst_tf.one_pass.compiled import CompiledStylizer, compiled_stylizer
from nst_tf.one_pass.painter import FastPainter, fast_stylize
from nst_tf.one_pass.settings import FastSettings

from .small import small


@pytest.fixture(scope="module")
def content():
    return small("neuschwanstein")


@pytest.fixture(scope="module")
def styles():
    return [small("great_wave"), small("auvers")]


def _distance(picture, style):
    return np.mean(list(style_distances(picture.pixels, style).values()))


def test_a_picture_has_the_asked_size_and_what_the_content_brought(content, styles):
    alpha = np.linspace(0, 1, content[..., 0].size, dtype=np.float32).reshape(content.shape[:2])
    picture = fast_stylize(Picture(content, alpha, (72, 72)), styles[0], size=48)
    assert picture.pixels.shape == (32, 48, 3)
    assert picture.dpi == (72, 72)
    np.testing.assert_allclose(picture.alpha, np.clip(resize(alpha, (32, 48)), 0, 1))


def test_each_style_gives_the_picture_that_is_nearer_to_it(content, styles):
    made = [fast_stylize(content, style, size=96) for style in styles]
    for index, style in enumerate(styles):
        assert _distance(made[index], style) < _distance(made[1 - index], style)


def test_a_blend_lies_between_its_styles(content, styles):
    shares = [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]
    distances = [_distance(fast_stylize(content, styles, size=96, style_blend=one), styles[0]) for one in shares]
    assert distances == sorted(distances)
    np.testing.assert_allclose(
        fast_stylize(content, styles, size=96, style_blend=(2.0, 0.0)).pixels,
        fast_stylize(content, styles[0], size=96).pixels,
        atol=2e-3,
    )


def test_luminance_alone_keeps_the_colours_of_the_content(content, styles):
    picture = fast_stylize(content, styles[0], size=96, preserve_color="luminance")
    inside = np.all((picture.pixels > 0) & (picture.pixels < 1), axis=2)
    chroma = (picture.pixels - luminance(picture.pixels)[..., None])[inside]
    np.testing.assert_allclose(chroma, (content - luminance(content)[..., None])[inside], atol=1e-4)


def test_a_picture_does_not_depend_on_those_before_it(content, styles):
    after = fast_stylize(content, styles[0], size=48)
    compiled_stylizer.cache_clear()
    np.testing.assert_array_equal(fast_stylize(content, styles[0], size=48).pixels, after.pixels)


def test_a_painter_measures_its_styles_once_and_traces_once(content, styles, monkeypatch):
    painter = FastPainter(styles[0], FastSettings(size=64))
    studied = []
    study = painter._compiled.study
    monkeypatch.setattr(painter._compiled, "study", lambda *given: studied.append(1) or study(*given))
    first = painter(content).pixels
    painter(content[:, ::-1])
    np.testing.assert_allclose(painter(content).pixels, first, atol=1e-5)
    assert len(studied) == 2  # once for each size that it is painted on


def test_another_blend_of_the_styles_is_not_traced_anew(content, styles):
    traced = []

    def study(images, shares):
        traced.append(len(images))
        return shares[0] / sum(shares)

    parts = dict.fromkeys(("sizes", "stages", "paint", "stylise"), tf.identity)
    compiled = CompiledStylizer(SimpleNamespace(study=study, **parts))
    pictures, found = [Picture(style) for style in styles], []
    for shares in ((0.2, 0.8), (3.0, 1.0)):
        (area,) = areas_of(Picture(content), pictures, shares)
        found.append(float(compiled.study(area.styles, area.shares)))
    assert found == pytest.approx([0.2, 0.75])
    assert traced == [2]


def test_a_preview_is_the_picture_of_a_smaller_size_made_small(content, styles, monkeypatch):
    for name, value in {"PREVIEW": 48, "FINEST": 64}.items():
        monkeypatch.setattr(sizes, name, value)
    preview = fast_stylize(content, styles[0], size=96, preview=True).pixels
    expected = fast_stylize(content, styles[0], size=64).pixels
    np.testing.assert_allclose(preview, resize(expected, (32, 48)).clip(0, 1), atol=1e-3)


def test_no_more_is_painted_than_a_mask_shows_and_is_seen_around_it(content, styles, monkeypatch):
    mask = np.zeros(content.shape[:2], np.float32)
    mask[: len(mask) // 4, : len(mask) // 4] = 1
    windows, pictures, pixels_of = [], [], fast.pixels_of
    monkeypatch.setattr(fast, "pixels_of", lambda image, window: windows.append(window) or pixels_of(image, window))
    for whole in (False, True):
        if whole:
            monkeypatch.setattr(fast, "_window", lambda *_: None)
        pictures.append(fast_stylize(content, styles[0], size=280, mask=mask, precision="float32").pixels)
    assert (windows[-1][2:].numpy() < pictures[0].shape[:2]).all()
    np.testing.assert_allclose(*pictures, atol=1e-3)
    assert np.abs(pictures[0] - resize(content, pictures[0].shape[:2])).max() > 0.1


def test_what_cannot_be_used_is_refused_before_the_work(content, styles, monkeypatch):
    with pytest.raises(InputError, match="style_blend has 3 shares, and there are 2 styles"):
        fast_stylize(content, styles, style_blend=(1, 1, 1))
    with pytest.raises(InputError, match=r"strength is 1\.5; it must be a number not above 1"):
        fast_stylize(content, styles, strength=1.5)
    with pytest.raises(InputError, match="the picture would be 20x13 pixels; it must be 16x16 or larger"):
        fast_stylize(content, styles, size=20)
    monkeypatch.setattr(memory, "available_bytes", lambda: 2 * fast.FIXED)
    with pytest.raises(InputError, match=r"are free; a size of \d+ fits"):
        fast_stylize(content, styles, size=100000)
