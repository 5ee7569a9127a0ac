import numpy as np
import pytest
from matplotlib.figure import Figure

from nst_tf.evidence.row import Finding, Studio, drawn
from nst_tf.images import find_images


@pytest.mark.parametrize(
    ("held", "verdict"),
    [((True, True), "holds"), ((True, False), "in part"), ((False, False), "not reproduced")],
    ids=["all", "some", "none"],
)
def test_a_verdict_follows_from_the_checks(held, verdict):
    assert Finding("", dict(zip("ab", held, strict=True))).verdict == verdict


def test_a_figure_becomes_its_pixels():
    pixels = drawn(Figure(figsize=(2, 1), dpi=10, facecolor=(1, 0.2, 0)))
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, np.broadcast_to(np.float32([1, 0.2, 0]), (10, 20, 3)))


def test_pieces_are_of_four_quarters_of_three_samples(tmp_path):
    folder = Studio(tmp_path, "small").pieces(120)
    assert len(list(folder.iterdir())) == 12
    # 683x1024 pixels: of 341 rows and 512 columns, windows of 80 begin at 0, 120, 240 and at 0, 120, 240, 360.
    assert len(find_images(folder / "neuschwanstein-0")) == 3 * 4
