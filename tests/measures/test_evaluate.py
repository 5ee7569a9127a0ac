import numpy as np
import pytest

import nst_tf
from nst_tf.images import Picture, resize
from nst_tf.measures.lpips import lpips
from nst_tf.measures.style_distance import style_distances

SIZE = (80, 112)


@pytest.fixture(scope="module")
def content():
    return np.clip(resize(nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels, SIZE), 0, 1)


@pytest.fixture(scope="module")
def style():
    return np.clip(resize(nst_tf.read_image(nst_tf.sample("auvers")).pixels, SIZE), 0, 1)


def test_a_picture_against_itself_is_0_in_both(content):
    found = nst_tf.evaluate(content, content, content)
    assert found.content_distance == 0
    assert found.style_distance == pytest.approx(0, abs=1e-9)


def test_the_style_distance_is_the_mean_of_the_layers_and_the_content_distance_is_lpips(content, style):
    result = (content + style) / 2
    found = nst_tf.evaluate(Picture(content), Picture(style), Picture(result))
    assert found.layers == style_distances(result, style)
    assert found.style_distance == pytest.approx(np.mean(list(found.layers.values())), rel=1e-12)
    assert found.content_distance == lpips(content, result)


def test_from_content_to_style_one_distance_rises_and_the_other_falls(content, style):
    steps = [nst_tf.evaluate(content, style, content + share * (style - content)) for share in (0, 0.5, 1)]
    nearness = [step.content_distance for step in steps]
    assert nearness == sorted(nearness)
    assert steps[-1].style_distance < steps[1].style_distance < steps[0].style_distance


def test_the_content_is_brought_to_the_size_of_the_result(content, style):
    large = nst_tf.read_image(nst_tf.sample("neuschwanstein"))
    assert nst_tf.evaluate(large, style, content).content_distance < 1e-4


def test_what_is_no_picture_is_refused(content, style):
    with pytest.raises(nst_tf.InputError, match="values from"):
        nst_tf.evaluate(content, style, content + 1)
