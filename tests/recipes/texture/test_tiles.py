"""Textures that are looked at by tiles are those that are looked at as a whole."""

import numpy as np
import pytest

from nst_tf import memory
from nst_tf.errors import InputError
from nst_tf.recipes.texture.settings import PRESETS
from nst_tf.recipes.texture.texture import prepare, texture

ALEXNET = {"model": "alexnet", "precision": "float32", "layers": {"relu1": 1.0, "relu2": 1.0}}
SMALL = {**ALEXNET, "size": 180, "first_size": 2**16, "steps": (4,)}


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
def test_tiles_are_not_seen(auvers, masked):
    mask = np.zeros(auvers.pixels.shape[:2])
    mask[:, 20:] = 1
    masks = [mask] if masked else ()
    whole, tiled = (texture(auvers, masks=masks, tile=tile, source_scale=2.5, **SMALL) for tile in (0, 96))
    apart = 255 * np.abs(whole.image - tiled.image)
    assert apart.max() <= 2
    assert apart.mean() <= 0.1
    assert tiled.losses["texture"] == pytest.approx(whole.losses["texture"], rel=1e-2)


def test_what_a_machine_cannot_hold_is_looked_at_by_tiles(auvers, monkeypatch):
    assert prepare([auvers], PRESETS.choose(size=64)).tile == 0
    monkeypatch.setattr(memory, "fits_machine", lambda *_: False)
    assert prepare([auvers], PRESETS.choose(size=64)).tile == 512
    assert prepare([auvers], PRESETS.choose(size=64, tileable=True)).tile == 0


def test_what_cannot_be_is_refused(auvers, monkeypatch):
    with pytest.raises(InputError, match="tile is 512; what is tileable is looked at as a whole"):
        prepare([auvers], PRESETS.choose(size=64, tile=512, tileable=True))
    monkeypatch.setattr(memory, "available_bytes", lambda: 3.5e9)
    with pytest.raises(InputError, match=r"a size of \d+ fits; or a tile of 512$"):
        prepare([auvers], PRESETS.choose(size=1200))
    prepare([auvers], PRESETS.choose(size=1200, tile=512))
    with pytest.raises(InputError, match=r"a size of \d+ fits$"):
        prepare([auvers], PRESETS.choose(size=1200, tileable=True))
