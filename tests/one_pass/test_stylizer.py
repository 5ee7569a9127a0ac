"""The network for any style, with the bundled weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.images import fit, read_image, resize
from nst_tf.measures.style_distance import style_distances
from nst_tf.one_pass.decoder import LEVELS, decode
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.stylizer import mix_moments
from nst_tf.samples import sample

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def _image(name, size):
    pixels = read_image(sample(name)).pixels
    return np.clip(resize(pixels, fit(pixels.shape, size)), 0, 1)[None]


@pytest.fixture(scope="module")
def stylizer():
    return load_stylizer()


@pytest.fixture(scope="module")
def content():
    return _image("neuschwanstein", 128)[:, :80, :128]


@pytest.fixture(scope="module")
def style():
    return _image("great_wave", 128)


def _call(stylizer, content, style, strength):
    return stylizer({"content": content, "style": style, "strength": tf.constant([strength])}).numpy()


def test_strength_0_is_the_content_decoded(stylizer, content, style):
    found = _call(stylizer, content, style, 0.0)
    expected = decode(stylizer.decoder, "relu1_1", stylizer.encoder(content)["relu1_1"])["image"]
    np.testing.assert_allclose(found, np.clip(expected, 0, 1), atol=1e-4)
    assert np.abs(found - content).mean() < 0.04


def test_the_style_grows_nearer_with_the_strength(stylizer, content, style):
    distances = [
        np.mean(list(style_distances(_call(stylizer, content, style, strength)[0], style[0]).values())[: len(LEVELS)])
        for strength in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(np.diff(distances) < 0)
    assert distances[-1] < 0.75 * distances[0]


def test_pictures_of_any_size_keep_their_size(stylizer, style):
    for height, width in ((16, 33), (47, 30)):
        content = np.random.default_rng(0).random((1, height, width, 3), np.float32)
        found = _call(stylizer, content, style, 1.0)
        assert found.shape == content.shape
        assert found.min() >= 0
        assert found.max() <= 1


def test_a_batch_has_a_strength_for_each_picture(stylizer, content, style):
    both = tf.concat([content, content[:, ::-1]], axis=0)
    found = stylizer({"content": both, "style": style, "strength": tf.constant([1.0, 0.4])}).numpy()
    np.testing.assert_allclose(found[:1], _call(stylizer, content, style, 1.0), atol=2e-3)
    np.testing.assert_allclose(found[1:], _call(stylizer, content[:, ::-1], style, 0.4), atol=2e-3)


def test_a_frame_is_moved_by_the_map_of_those_before(stylizer, content, style):
    moments, ones = stylizer.moments(style), tf.ones(1)
    first, found = stylizer.stylise(content, moments, ones)
    darker = 0.7 * content
    alone, own = stylizer.stylise(darker, moments, ones)
    same, kept = stylizer.stylise(darker, moments, ones, before=found, memory=0.999)
    # By the first frame's map, a darker frame stays darker; by its own, it is brought back to the style's brightness.
    assert same.numpy().mean() < alone.numpy().mean() - 0.01
    np.testing.assert_allclose(kept[0][0], 0.999 * found[0][0] + 0.001 * own[0][0], rtol=1e-4, atol=1e-5)
    again, _ = stylizer.stylise(content, moments, ones, before=found, memory=0.5)
    np.testing.assert_allclose(again, first, atol=2e-3)


def test_moments_of_two_styles_are_those_of_their_mixture(stylizer, content, style):
    found = mix_moments([stylizer.moments(style), stylizer.moments(content)], [3, 1])
    mean = 0.75 * stylizer.moments(style)["relu1_1"][0] + 0.25 * stylizer.moments(content)["relu1_1"][0]
    np.testing.assert_allclose(found["relu1_1"][0], mean, rtol=1e-5)


def test_it_survives_saving(stylizer, content, style, tmp_path):
    stylizer.save(tmp_path / "stylizer.keras")
    loaded = keras.saving.load_model(tmp_path / "stylizer.keras")
    np.testing.assert_allclose(_call(loaded, content, style, 1.0), _call(stylizer, content, style, 1.0), atol=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_decoded_to_the_photograph(stylizer, content, level):
    image = decode(stylizer.decoder, level, stylizer.encoder(content)[level])["image"]
    assert np.abs(image - content).mean() < 0.12
