import numpy as np

from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery.sheets import patch_cells, projection_cells


def test_cells_of_the_same_size_are_the_pictures_themselves(make_result):
    result = make_result()
    np.testing.assert_allclose(patch_cells(result, 3, 6), result.patches[3] / 255.0, atol=1e-6)
    shown = [display_projection(each) for each in result.projections[3]]
    np.testing.assert_allclose(projection_cells(result, 3, 6), shown, atol=1e-6)


def test_cells_are_grey_where_the_filter_is_not_active(make_result):
    for cells in (patch_cells, projection_cells):
        assert (cells(make_result(), 1, 6) == 0.5).all()
        grey = (cells(make_result(), 2, 6) == 0.5).all(axis=(1, 2, 3))
        np.testing.assert_array_equal(grey, [False] * 4 + [True] * 5)


def test_enlarged_cells_stay_in_range(make_result):
    cells = patch_cells(make_result(), 0, 40)
    assert cells.shape == (9, 40, 40, 3)
    assert cells.min() == 0
    assert cells.max() == 1
