"""The network for any style, with the bundled weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.measures.lpips import lpips
from nst_tf.measures.style_distance import style_distances
from nst_tf.one_pass.decoder import LEVELS, build_decoder, decode
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.settings import FastSettings
from nst_tf.one_pass.stylizer import Stylizer

from .small import small

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def _image(name, size):
    return small(name, size)[None]


@pytest.fixture(scope="module")
def stylizer():
    return load_stylizer()


@pytest.fixture(scope="module")
def content():
    return _image("neuschwanstein", 128)[:, :80, :128]


@pytest.fixture(scope="module")
def style():
    return _image("great_wave", 128)


@pytest.fixture(scope="module")
def paint(stylizer):
    """The network compiled for pictures of any size and number: without that, each takes as long as all together."""
    images, numbers = tf.TensorSpec([None, None, None, 3]), tf.TensorSpec([None])
    given = {"content": images, "style": images, "strength": numbers, "swap": numbers}
    compiled = tf.function(stylizer, input_signature=[given], autograph=False)

    def paint(content, style, *strength, swap=FastSettings.swap):
        shares = {"strength": strength, "swap": [swap] * len(strength)}
        return compiled(
            {"content": content, "style": style} | {key: tf.constant(one) for key, one in shares.items()}
        ).numpy()

    return paint


def test_strength_0_is_the_content(paint, content, style):
    np.testing.assert_allclose(paint(content, style, 0.0), content, atol=1e-4)


def test_without_swapping_the_features_are_only_moved(paint, content, style):
    moved, swapped = (paint(content, style, 1.0, swap=share) for share in (0.0, 1.0))
    assert np.abs(swapped - moved).mean() > 0.01
    assert lpips(content[0], moved[0]) < lpips(content[0], swapped[0])


@pytest.mark.parametrize("swap", [0.0, 0.6])
def test_the_last_bits_of_the_images_make_no_difference(paint, content, style, swap):
    """On the coarsest maps there are fewer positions than channels: roots of what is only rounded would be large."""
    noise = np.random.default_rng(0).normal(0, 1e-6, style.shape).astype(np.float32)
    np.testing.assert_allclose(
        paint(content, style + noise, 1.0, swap=swap), paint(content, style, 1.0, swap=swap), atol=2e-4
    )


def test_how_much_is_swapped_need_not_be_said(stylizer):
    given = {"content": _image("neuschwanstein", 32), "style": _image("great_wave", 32), "strength": tf.constant([1.0])}
    np.testing.assert_array_equal(stylizer(given), stylizer(given | {"swap": tf.constant([0.6])}))


def test_the_style_grows_nearer_with_the_strength(paint, content, style):
    distances = [
        np.mean(list(style_distances(paint(content, style, strength)[0], style[0]).values())[: len(LEVELS)])
        for strength in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(np.diff(distances) < 0)
    assert distances[-1] < 0.75 * distances[0]


@pytest.mark.parametrize(
    ("size", "longest"),
    [((43, 64), [64, 64]), ((30, 20), [30, 30]), ((100, 128), [64, 128]), ((512, 300), [64, 128, 256, 512])],
)
def test_a_picture_is_painted_on_two_sizes_at_least(stylizer, size, longest):
    sizes = stylizer.sizes(tf.constant(size)).numpy()
    assert [max(one) for one in sizes] == longest
    np.testing.assert_array_equal(sizes[-1], size)


def test_the_last_size_leaves_out_the_coarsest_of_several_levels(stylizer, style):
    assert stylizer.stages(last=False) == [LEVELS[:1], LEVELS[1:]]
    assert stylizer.stages(last=True) == [LEVELS[1:]]
    only = Stylizer(stylizer.encoder, build_decoder("relu1_1"))
    assert only.stages(last=False) == only.stages(last=True) == [("relu1_1",)]
    assert list(stylizer.study([style])) == list(LEVELS)


def test_pictures_of_any_size_keep_their_size(paint, style):
    for height, width in ((16, 33), (47, 30)):
        content = np.random.default_rng(0).random((1, height, width, 3), np.float32)
        found = paint(content, style, 1.0)
        assert found.shape == content.shape
        assert found.min() >= 0
        assert found.max() <= 1


def test_a_batch_has_a_strength_for_each_picture(paint, content, style):
    both = tf.concat([content, content[:, ::-1]], axis=0)
    found = paint(both, style, 1.0, 0.4)
    np.testing.assert_allclose(found[:1], paint(content, style, 1.0), atol=2e-3)
    np.testing.assert_allclose(found[1:], paint(content[:, ::-1], style, 0.4), atol=2e-3)


def test_moments_of_two_styles_are_those_of_their_mixture(stylizer, content, style):
    found, *parts = (stylizer.study(*given)["relu1_1"].moments[0]
                     for given in (([style, content], None, (3.0, 1.0)), ([style],), ([content],)))  # fmt: skip
    np.testing.assert_allclose(found, 0.75 * parts[0] + 0.25 * parts[1], rtol=1e-5)


def test_it_survives_saving(stylizer, tmp_path):
    stylizer.save(tmp_path / "stylizer.keras")
    loaded = keras.saving.load_model(tmp_path / "stylizer.keras")
    given = {"content": _image("neuschwanstein", 48), "style": _image("great_wave", 48), "strength": tf.constant([1.0])}
    np.testing.assert_allclose(loaded(given), stylizer(given), atol=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_decoded_to_the_photograph(stylizer, content, level):
    image = decode(stylizer.decoder, level, stylizer.encoder(content)[level])["image"]
    assert np.abs(image - content).mean() < 0.12
