"""`nst-tf texture` with the network, at 48 pixels."""

import json

import numpy as np
import pytest

from nst_tf.cli.shell.values import side_or_size
from nst_tf.images import read_image

QUICK = ("--steps", "3", "--quiet")


@pytest.mark.parametrize(("text", "size"), [("256", 256), ("640x480", (480, 640))])
def test_a_size_is_a_side_or_width_and_height(text, size):
    assert side_or_size(text) == size


def test_a_tileable_texture_and_its_tiling(command, tmp_path, photo):
    out = tmp_path / "out.png"
    arguments = ("--size", "64x48", "--tileable", "--show-tiling", "--json", *QUICK)
    status, text, _ = command("texture", photo, "-o", out, *arguments)
    record = json.loads(text)
    assert (status, record["width"], record["height"], record["sources"]) == (0, 64, 48, [str(photo)])
    np.testing.assert_array_equal(
        read_image(tmp_path / "out-3x3.png").pixels, np.tile(read_image(out).pixels, (3, 3, 1))
    )


def test_a_size_that_cannot_tile_is_refused(command, tmp_path, photo):
    status, out, err = command("texture", photo, "-o", tmp_path / "out.png", "--size", "50x48", "--tileable", *QUICK)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "size is 50x48; the sides of a tileable texture must be multiples of 8, such as 48x48" in err
    assert not (tmp_path / "out.png").exists()


def test_no_source_is_replaced_by_its_tiling(command, tmp_path, photo):
    source = tmp_path / "out-3x3.png"
    source.write_bytes(photo.read_bytes())
    status, _, err = command("texture", source, "-o", tmp_path / "out.png", "--show-tiling", "--size", "48", *QUICK)
    assert status == 2
    assert "is one of the images to read" in err
    assert source.read_bytes() == photo.read_bytes()
