"""A network of a few styles as it is exported: what its names and shares mean, in a graph as in Python."""

import numpy as np
import pytest

from nst_tf.export.catalogue import make_servable
from nst_tf.export.models.style_network import style_network
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.one_pass.style_network import NetworkPainter, StyleNetwork, build_style_network, save_style_network

from ..comparing import EIGHT_BITS, picture


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    file = tmp_path_factory.mktemp("photo") / "photo.jpg"
    file.write_bytes(example_bytes("neuschwanstein", 160))
    return file


@pytest.mark.parametrize(
    ("style", "blend"), [("auvers", []), ("wave+moulin", [2, 1]), ("", []), ("wave+poppies+wave", [3, 1, 2])],
    ids=["one", "two", "all", "twice"],
)  # fmt: skip
def test_the_picture_is_that_of_the_painter(exported, photo, style, blend):
    made = NetworkPainter(f"paintings:{style}" if style else "paintings", blend, 96)(photo).pixels
    found = exported("paintings").called(
        "controls", content_bytes=[photo.read_bytes()], size=[96], style=[style], style_blend=[blend]
    )
    assert np.abs(picture(found["picture_bytes"][0]) - made).max() <= 0.51 * EIGHT_BITS


@pytest.mark.parametrize(
    ("style", "blend", "message"),
    [
        ("auvrs", [], "style: there is no style auvrs; there are wave, auvers, poppies, moulin"),
        ("wave+", [], "style: there is no style ; there are"),
        ("wave", [1, 2], "style_blend has 2 shares and style 1 names; there must be one for each"),
        ("wave+auvers", [1, -1], "style_blend has shares not from 0 to 1000, or nothing but 0"),
        ("wave", [0], "style_blend has shares not from 0 to 1000, or nothing but 0"),
        ("wave", [np.nan], "style_blend has shares not from 0 to 1000, or nothing but 0"),
    ],
    ids=["unknown", "empty", "number", "negative", "zero", "nan"],
)
def test_refuses_styles_and_shares_by_name(exported, photo, style, blend, message):
    found = exported("paintings").called(
        "controls", content_bytes=[photo.read_bytes()], style=[style], style_blend=[blend]
    )
    assert found["status"] == [3]
    assert message in found["message"][0].decode()


def test_contents_as_pixels_each_in_a_blend_of_its_own(exported):
    content = np.repeat(example_pixels("neuschwanstein", 32)[None], 2, 0)
    both = exported("paintings").called("pixels", content=content, shares=[[1, 0, 0, 0], [0, 0, 0.5, 0.5]])["picture"]
    alone = exported("paintings").called("pixels", content=content[:1], shares=[[0, 0, 3, 3]])["picture"]
    np.testing.assert_allclose(both[1], alone[0], atol=1e-4)
    assert np.abs(both[0] - both[1]).mean() > 0.02


def test_a_network_of_one_s_own_is_named_after_its_folder(tmp_path):
    run = tmp_path / "mine"
    run.mkdir()
    save_style_network(run / "network.npz", StyleNetwork(build_style_network(2), ("dots", "lines")))
    for place in (run, run / "network.npz"):
        made = make_servable(str(place))
        assert made.name == "mine"
        assert "dots, lines" in made.summary
    assert style_network("paintings").name == "paintings"
