"""Parts of a picture in styles of their own, on the real weights."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.one_pass.areas import Region, areas_of
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.recipes.stylize.stylize import prepare, stylize

FAST = {"size": 64, "first_size": 32, "steps": (6, 6), "precision": "float32"}
EDGE = 5  # pixels: the receptive field of relu1_2


@pytest.fixture(scope="module")
def red_and_blue():
    red, blue = np.zeros((2, 64, 64, 3), np.float32)
    red[..., 0], blue[..., 2] = 0.9, 0.9
    red[::7, :, 1], blue[:, ::7, 1] = 0.3, 0.3
    return red, blue


@pytest.fixture(scope="module")
def left(castle):
    mask = np.zeros(castle.pixels.shape[:2], np.float32)
    mask[:, : mask.shape[1] // 2] = 1
    return mask


def test_the_photograph_is_there_to_the_bit_where_the_mask_is_black(castle, wave, left):
    soft = left.copy()
    soft[:, soft.shape[1] // 2] = 0.5
    result = stylize(castle, wave, mask=soft, init="content", **FAST)
    np.testing.assert_array_equal(result.image[soft == 0], castle.pixels[soft == 0])
    assert np.abs(result.image - castle.pixels)[left == 1].mean() > 0.05


def test_the_colours_of_regions_do_not_cross_their_edge(castle, left, red_and_blue):
    regions = [Region(left, red_and_blue[0]), Region(1 - left, red_and_blue[1])]
    image = stylize(castle, (), regions=regions, **FAST).image
    middle = left.shape[1] // 2
    red = image[..., 0] > image[..., 2]
    assert (~red[:, : middle - EDGE]).mean() < 0.01
    assert red[:, middle + EDGE :].mean() < 0.01


def test_a_region_of_everything_is_the_style_itself(castle, wave):
    size, settings = tf.constant([43, 64]), PRESETS.choose(size=64, precision="float32")
    everywhere = [Region(np.ones(castle.pixels.shape[:2], np.float32), wave)]
    canvas = tf.constant(castle.pixels[None])
    losses = []
    for areas in (areas_of(castle, [wave]), areas_of(castle, [], regions=everywhere)):
        recipe = prepare(castle, areas, settings)
        losses.append(recipe.losses(canvas, recipe.renewed(recipe.objective(size), canvas)))
    for name, value in losses[0].items():
        np.testing.assert_allclose(losses[1][name], value, rtol=1e-3, err_msg=name)
