"""Parts of a picture in styles of their own, on the real weights."""

import re

import numpy as np
import pytest
import tensorflow as tf

from nst_tf import memory
from nst_tf.canvas import lanczos
from nst_tf.errors import InputError
from nst_tf.images import resize
from nst_tf.one_pass.areas import Region, areas_of
from nst_tf.recipes.stylize.recipe import Stylize
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


@pytest.fixture(scope="module")
def tower(castle):
    mask = np.zeros(castle.pixels.shape[:2], np.float32)
    height, width = mask.shape
    mask[height // 8 : height // 4, width // 4 : width // 2] = 1
    return mask


def test_no_more_is_looked_at_than_a_mask_shows_and_units_see_around_it(castle, wave, tower, monkeypatch):
    layers = {"content_layers": {"relu3_1": 1.0}, "style_layers": {"relu1_1": 2.0, "relu2_1": 1.0}}
    settings = PRESETS.choose(size=192, init="content", precision="float32", **layers)
    size, found = tf.constant([128, 192]), []
    canvas = lanczos(castle.pixels[None], *size)
    for whole in (False, True):
        if whole:
            monkeypatch.setattr(Stylize, "window", lambda *_: None)
        recipe = prepare(castle, areas_of(castle, [wave], mask=tower), settings)
        part = recipe.part(canvas)
        parts = recipe.renewed(recipe.objective(size), part)
        with tf.GradientTape() as tape:
            tape.watch(part)
            value = recipe.network.value(part, recipe.total(parts, recipe.part_size(size)))
        gradient = recipe.whole(tape.gradient(value, part), size)[0].numpy()
        found.append((part, recipe.losses(part, parts), gradient))
    (part, losses, gradient), (all_of_it, losses_of_all, gradient_of_all) = found
    assert part.numpy().size < 0.5 * all_of_it.numpy().size
    for name, tolerance in {"content": 1e-6, "patches": 1e-6, "style": 1e-4}.items():
        assert losses[name].numpy() == pytest.approx(losses_of_all[name].numpy(), rel=tolerance)
    within = resize(tower[..., None], gradient.shape[:2])[..., 0] > 0.5
    difference = (gradient - gradient_of_all)[within]
    assert np.linalg.norm(difference) < 1e-2 * np.linalg.norm(gradient_of_all[within])


def test_what_adam_remembers_stays_where_it_was(castle, wave, tower):
    layers = {"content_layers": {"relu2_1": 1.0}, "style_layers": {"relu1_1": 1.0}}
    settings = PRESETS.choose(size=128, first_size=64, growth=2.0, init="content", optimizer="adam", **layers)
    recipe = prepare(castle, areas_of(castle, [wave], mask=tower), settings)
    before, size = recipe.sizes
    slope = tf.stack(tf.meshgrid(*(tf.linspace(0.0, 1.0, side) for side in before.numpy()), indexing="ij"), -1)
    remembered = tf.concat([slope, slope[..., :1]], -1)[None]
    state = recipe.begin()
    entered = recipe.enter(state._replace(first=recipe.part(remembered)), before, size)
    expected = recipe.part(tf.image.resize(remembered, size, "bicubic"))
    assert entered.first.shape == entered.iterate.shape == expected.shape
    assert entered.iterate.shape[1] < size[0]
    shown = recipe.part(tf.image.resize(tower[None, ..., None], size))[..., 0] > 0.5
    np.testing.assert_allclose(entered.first[shown], expected[shown], atol=1e-6)


def test_a_part_of_a_picture_needs_no_more_memory_than_it_shows(castle, wave, tower, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * memory.GIB)
    part, settings = areas_of(castle, [wave], mask=tower), PRESETS.choose(size=1200)
    with pytest.raises(InputError, match=r"^1200x\d+ pixels need about"):
        prepare(castle, areas_of(castle, [wave]), settings)
    assert prepare(castle, part, settings).tile == 0
    with monkeypatch.context() as small:
        small.setattr(memory, "fits_machine", lambda height, width, *_: height * width < 700**2)
        recipe = prepare(castle, part, settings)
        # The part as a whole; the painting, as large as the picture, by tiles.
        assert recipe.tile == max(recipe.part_size(recipe.sizes[-1]).numpy()) < 1200
    with pytest.raises(InputError, match=r"^8000x\d+ pixels need about .* a size of (\d+) fits; or a tile") as refused:
        prepare(castle, part, PRESETS.choose(size=8000, tile=8000))
    fitting = int(re.findall(r"a size of (\d+)", str(refused.value))[0])
    assert 2400 < fitting < 8000


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
