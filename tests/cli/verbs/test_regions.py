"""`nst-tf regions` on a real photograph."""

import numpy as np

import nst_tf
from nst_tf.images import fit, read_image, resize_image, write_image


def test_writes_a_mask_of_each_region_and_an_overview(command, tmp_path):
    pixels = read_image(nst_tf.sample("neuschwanstein")).pixels
    size = fit(pixels.shape, 128)
    write_image(tmp_path / "castle.png", resize_image(pixels, size))
    status, out, _ = command("regions", str(tmp_path / "castle.png"), "-o", str(tmp_path / "masks"), "--count", "3")
    assert status == 0
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == [
        "overview.png", *(f"region-{number}.png" for number in (1, 2, 3))
    ]  # fmt: skip
    assert out.count("% of the picture)") == 3
    masks = [read_image(tmp_path / "masks" / f"region-{number}.png").pixels[..., 0] for number in (1, 2, 3)]
    np.testing.assert_allclose(np.sum(masks, 0), 1, atol=2 / 255)
    assert masks[0].shape == size


def test_what_is_asked_wrongly_is_told(command, tmp_path):
    status, _, err = command("regions", str(tmp_path / "no.png"), "-o", str(tmp_path / "masks"))
    assert status == 2
    assert "no.png" in err
    write_image(tmp_path / "grey.png", np.full((40, 40, 3), 0.5, np.float32))
    status, _, err = command("regions", str(tmp_path / "grey.png"), "-o", str(tmp_path / "masks"), "--count", "40")
    assert status == 2
    assert "40 regions were asked for; there can be 2 to 16" in err
