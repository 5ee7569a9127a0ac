"""Pictures of a network of a few styles that are made by tiles are those that are made at once."""

import numpy as np
import pytest

from nst_tf import memory
from nst_tf.errors import InputError
from nst_tf.one_pass.style_network import NetworkPainter, StyleNetwork, load_style_network


@pytest.fixture(scope="module")
def network():
    return load_style_network("paintings")


@pytest.mark.parametrize(("size", "tile"), [((9, 131), 64), ((201, 77), 64), ((150, 203), 80)], ids=str)
def test_tiles_are_not_seen(network, size, tile):
    content, shares = np.random.default_rng(0).random((*size, 3)).astype(np.float32), (1, 0, 0, 2)
    whole, tiled = (network.stylize(content, shares, tile) for tile in (0, tile))
    np.testing.assert_allclose(tiled, whole, atol=2e-5)
    assert np.ptp(whole) > 0.2


def test_nor_in_a_flat_picture_whose_maps_have_no_variance_but_rounding(network):
    content = np.full((70, 90, 3), 0.5, np.float32)
    whole = network.stylize(content)
    np.testing.assert_allclose(network.stylize(content, tile=64), whole, atol=1 / 255)
    np.testing.assert_allclose(whole, np.broadcast_to(whole[0, 0], whole.shape), atol=1e-6)


def test_what_a_machine_cannot_hold_is_made_by_tiles(monkeypatch, caplog):
    content, painter = np.random.default_rng(0).random((48, 96, 3)), NetworkPainter("paintings:wave", size=96)
    whole = painter(content).pixels
    monkeypatch.setattr(memory, "fits_machine", lambda *_: False)
    with caplog.at_level("INFO", "nst_tf"):
        np.testing.assert_array_equal(painter(content).pixels, whole)  # which is no larger than a tile
    assert "by tiles of 512 pixels" in caplog.text


def test_what_fits_by_no_tiles_is_refused_with_the_size_that_fits(monkeypatch):
    content = np.random.default_rng(0).random((48, 96, 3))
    monkeypatch.setattr(memory, "available_bytes", lambda: 3e9)
    monkeypatch.setattr(StyleNetwork, "stylize", lambda *_: np.zeros((12, 16, 3), np.float32))
    with pytest.raises(InputError, match=r"4000x2000 pixels need about .* a size of \d+ fits; or a tile of 512$"):
        NetworkPainter("paintings", size=4000)(content)
    NetworkPainter("paintings", size=4000, tile=512)(content)
    with pytest.raises(InputError, match=r"9000x4500 pixels need about .* a size of \d+ fits$"):
        NetworkPainter("paintings", size=9000, tile=512)(content)
    with pytest.raises(InputError, match="tile is 40; it must be 0 or 64 or more"):
        NetworkPainter("paintings", tile=40)
