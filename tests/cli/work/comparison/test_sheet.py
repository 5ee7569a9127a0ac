import numpy as np

from nst_tf.cli.work.comparison.sheet import GAP, MARGIN, lay_out
from nst_tf.images import Picture
from nst_tf.images.montage import LABEL

SIDE = 40
ORIGINALS = [(name, Picture(np.zeros((8, 4, 3), np.float32))) for name in ("photograph", "wave")]


def _grey(level, side=SIDE):
    return Picture(np.full((side, side, 3), level, np.float32))


def _cell(sheet, row, column):
    """The pixels where a picture is: below the originals, which have no title, each row has a title and labels."""
    top = MARGIN + LABEL + SIDE + GAP + row * (2 * LABEL + SIDE + GAP) + 2 * LABEL
    left = MARGIN + column * (SIDE + GAP)
    return sheet.pixels[top : top + SIDE, left : left + SIDE]


def test_every_picture_is_in_its_place(compared):
    comparison = compared(["wave.jpg", "sea.jpg"], "strength=0.3,0.6,1")
    sheet = lay_out(comparison, ORIGINALS, {number: _grey(number / 10) for number in range(6)})
    levels = [[float(_cell(sheet, row, column).mean()) for column in range(3)] for row in range(2)]
    np.testing.assert_allclose(levels, [[0, 0.1, 0.2], [0.3, 0.4, 0.5]], atol=1e-6)
    assert all(np.ptp(_cell(sheet, row, column)) == 0 for row in range(2) for column in range(3))


def test_the_place_of_a_missing_picture_is_empty(compared):
    sheet = lay_out(compared(["wave.jpg", "sea.jpg"], "strength=0.3,0.6,1"), ORIGINALS, {0: _grey(0), 1: _grey(0)})
    assert [_cell(sheet, 0, column).mean() for column in range(3)] == [0, 0, 1]
    assert _cell(sheet, 1, 0).size == 0  # and no row is empty


def test_smaller_pictures_are_shown_as_large_as_others(compared):
    comparison = compared(["wave.jpg", "sea.jpg"], "size=20,30,40")
    made = {number: _grey(0.2, side) for number, side in enumerate((20, 30, 40) * 2)}
    sheet = lay_out(comparison, ORIGINALS, made)
    np.testing.assert_allclose(_cell(sheet, 0, 0), 0.2, atol=1e-6)


def test_what_is_transparent_is_seen_on_white(compared):
    clear = Picture(np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32))
    sheet = lay_out(compared(["wave.jpg", "sea.jpg"], "strength=0.3,0.6,1"), ORIGINALS, {0: clear})
    assert _cell(sheet, 0, 0).min() == 1
