import numpy as np
import pytest

import nst_tf
from nst_tf.errors import InputError
from nst_tf.images import Picture, write_image
from nst_tf.images.montage import LABEL
from nst_tf.progress import Result


def _grey(level, height=20, width=30):
    return Picture(np.full((height, width, 3), level, np.float32))


def test_pictures_results_arrays_and_paths_are_side_by_side(tmp_path):
    write_image(tmp_path / "a.png", _grey(0.2))
    result = Result(_grey(0.4), (), {}, None, True)
    shown = nst_tf.show(_grey(0), tmp_path / "a.png", result, np.full((20, 30, 3), 0.6))
    assert shown.pixels.shape == (20, 4 * 30 + 3 * 8, 3)
    np.testing.assert_allclose(shown.pixels[10, 15::38, 0], [0, 0.2, 0.4, 0.6], atol=1e-6)


def test_titles_are_above():
    shown = nst_tf.show(_grey(0), _grey(0), titles=["first", "second"])
    assert shown.pixels.shape[0] == LABEL + 20
    assert shown.pixels[:LABEL, :30].min() < 0.6  # of 1, which is white
    assert shown.pixels[LABEL:, :30].max() == 0


@pytest.mark.parametrize(("number", "columns", "rows"), [(4, None, 1), (5, None, 2), (6, 2, 3), (9, None, 3)])
def test_rows_are_even_or_as_one_says(number, columns, rows):
    shown = nst_tf.show(*[_grey(0)] * number, columns=columns)
    assert shown.pixels.shape[0] == rows * 20 + (rows - 1) * 8


def test_all_are_of_one_size_and_none_is_enlarged_unless_one_says_so():
    pictures = _grey(0.2, 10, 15), _grey(0.4, 60, 60), _grey(0.6, 20, 30)
    shown = nst_tf.show(*pictures)
    assert shown.pixels.shape == (15, 3 * 15 + 2 * 8, 3)
    np.testing.assert_allclose(shown.pixels[:10, 7::23, 0], [[0.2, 0.4, 0.6]] * 10, atol=1e-6)
    assert shown.pixels[10:, :15].min() == shown.pixels[10:, 46:].min() == 1  # wider than high, on white
    assert nst_tf.show(*pictures, size=30).pixels.shape == (30, 3 * 30 + 2 * 8, 3)


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(InputError, match=r"^there are 1 titles for 2 pictures; one is needed for each$"):
        nst_tf.show(_grey(0), _grey(0), titles=["one"])
    with pytest.raises(InputError, match="no picture was given"):
        nst_tf.show()
    with pytest.raises(InputError, match="an image is 3; it must be a Picture"):
        nst_tf.show(3)
    with pytest.raises(InputError, match="cannot have 0 columns"):
        nst_tf.show(_grey(0), columns=0)
    with pytest.raises(InputError, match="longest side must be at least 1 pixel, not 0"):
        nst_tf.show(_grey(0), size=0)
