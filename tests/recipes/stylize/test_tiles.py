"""Pictures that are looked at by tiles are those that are looked at as a whole."""

import io
import logging
import re

import numpy as np
import pytest
import tensorflow as tf

from nst_tf import memory
from nst_tf.errors import InputError
from nst_tf.one_pass.areas import areas_of
from nst_tf.recipes import fitting
from nst_tf.recipes.fitting import with_tiles
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.recipes.stylize.stylize import prepare, run_stylize, stylize

LAYERS = {"relu1": 1.0, "relu2": 1.0}
ALEXNET = {
    "model": "alexnet",
    "precision": "float32",
    "style_layers": LAYERS,
    "content_layers": {"relu2": 1.0},
    "init": "content",
}
SMALL = {**ALEXNET, "size": 200, "first_size": 200, "steps": (6,), "plateau": 0.0}


@pytest.mark.parametrize("loss", ["wasserstein", "gram"])
def test_tiles_are_not_seen(castle, wave, loss):
    whole, tiled = (stylize(castle, wave, style_loss=loss, tile=tile, **SMALL) for tile in (0, 96))
    apart = 255 * np.abs(whole.image - tiled.image)
    assert apart.max() <= 2
    assert apart.mean() <= 0.1
    for name, value in whole.losses.items():
        assert tiled.losses[name] == pytest.approx(value, rel=1e-2)


def test_what_a_machine_cannot_hold_is_looked_at_by_tiles(castle, wave, monkeypatch):
    areas = areas_of(castle, [wave])
    assert prepare(castle, areas, PRESETS.choose(size=64)).tile == 0
    monkeypatch.setattr(memory, "fits_machine", lambda *_: False)
    assert prepare(castle, areas, PRESETS.choose(size=64)).tile == 512
    assert prepare(castle, areas, PRESETS.choose(size=64, tile=128)).tile == 128


@pytest.mark.parametrize(("gib", "tile"), [(24, 0), (9, 1024), (4, 512), (1, 512)])
def test_tiles_are_the_largest_that_a_machine_can_hold(monkeypatch, gib, tile):
    machine = memory.psutil.virtual_memory()._replace(total=gib * memory.GIB)
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: machine)
    assert with_tiles(PRESETS.choose(), (1200, 1600)).tile == tile


def test_what_does_not_fit_beside_others_is_told_with_a_tile(castle, wave, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * memory.GIB)
    with pytest.raises(InputError, match=r"a size of \d+ fits; or a tile of 512$"):
        prepare(castle, areas_of(castle, [wave]), PRESETS.choose(size=1200))
    prepare(castle, areas_of(castle, [wave]), PRESETS.choose(size=1200, tile=512))
    with pytest.raises(InputError, match=r"8000x\d+ pixels need about .* a size of (\d+) fits$") as refused:
        prepare(castle, areas_of(castle, [wave]), PRESETS.choose(size=8000, tile=512))
    fitting = int(re.findall(r"a size of (\d+)", str(refused.value))[0])
    assert fitting > 1200


def test_a_first_picture_that_one_pass_has_no_memory_for_is_told_by_its_size(castle, wave, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * memory.GIB)
    large = {"size": 2048, "tile": 512}
    prepare(castle, areas_of(castle, [wave]), PRESETS.choose(**large, first_size=256))
    prepare(castle, areas_of(castle, [wave]), PRESETS.choose(**large, first_size=2048, init="content"))
    told = r"^with a first_size of 2048 an image is painted in one pass at 2048x\d+ .* a first_size of (\d+) fits$"
    with pytest.raises(InputError, match=told) as refused:
        prepare(castle, areas_of(castle, [wave]), PRESETS.choose(**large, first_size=2048))
    fitting = int(re.findall(told, str(refused.value))[0])
    prepare(castle, areas_of(castle, [wave]), PRESETS.choose(**large, first_size=fitting))


def test_a_tile_that_is_all_margin_is_refused(castle, wave):
    with pytest.raises(InputError, match=r"^tile is 20; it must be 0 or 64 or more$"):
        prepare(castle, areas_of(castle, [wave]), PRESETS.choose(size=64, tile=20))


def test_a_large_picture_is_compared_with_targets_of_half_the_bytes_and_says_so(castle, wave, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "nst_tf")
    settings, contents = PRESETS.choose(**ALEXNET, size=64), []
    for narrow in (2**22, 0):
        monkeypatch.setattr(fitting, "NARROW", narrow)
        recipe = prepare(castle, areas_of(castle, [wave]), settings)
        contents.append((recipe, recipe.objective(recipe.sizes[-1])["content"]))
    of_maps = [
        [one.dtype for one in tf.nest.flatten(content, expand_composites=True) if one.shape.rank == 4]
        for _, content in contents
    ]
    assert of_maps == [[tf.float32], [tf.bfloat16]]
    assert [record.message for record in caplog.records] == [
        "the picture has more than 0 megapixels: the optimizer remembers less, and that and the content's features are "
        "rounded to bfloat16, for the memory"
    ]
    noise = tf.constant(np.random.default_rng(0).random(castle.pixels.shape), tf.float32)[None]
    whole, half = (float(recipe.network.value(noise, content)[0]) for recipe, content in contents)
    assert half == pytest.approx(whole, rel=1e-3)
    assert half != whole


def test_a_large_picture_goes_on_from_a_file_to_the_same_bytes(castle, wave, monkeypatch):
    monkeypatch.setattr(fitting, "NARROW", 0)  # as of large pictures
    settings = PRESETS.choose(**{**SMALL, "size": 80, "first_size": 80, "steps": (12,), "tile": 64})
    steps = list(run_stylize(castle, [wave], settings))
    file = io.BytesIO()
    np.savez(file, **steps[0].checkpoint())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = list(run_stylize(castle, [wave], settings, None, dict(arrays)))
    assert len(again) == len(steps)
    np.testing.assert_array_equal(again[-1].result().image, steps[-1].result().image)
