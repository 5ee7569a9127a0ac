import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery import layer_sheets, write_sheets
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


def _find(sheet, cell):
    """The top left corners of the places where `cell` stands in `sheet`."""
    height, width, _ = cell.shape
    candidates = np.argwhere((sheet[: 1 - height, : 1 - width] == cell[0, 0]).all(axis=-1))
    return [(y, x) for y, x in candidates.tolist() if np.array_equal(sheet[y : y + height, x : x + width], cell)]


def test_every_filter_has_its_projections_beside_its_patches_in_three_rows(make_result):
    result = make_result(filters=4)
    [(_, sheet)] = layer_sheets(result)
    for number in (0, 3):
        halves = [cells(result, number, 72) for cells in (projection_cells, patch_cells)]
        [origin] = _find(sheet, halves[0][0])
        for half, shift in zip(halves, (0, 3 * 74 + 4), strict=True):
            for rank, cell in enumerate(half):
                top, left = origin[0] + rank // 3 * 74, origin[1] + shift + rank % 3 * 74
                np.testing.assert_array_equal(sheet[top : top + 72, left : left + 72], cell)


def test_filters_follow_in_reading_order(make_result):
    result = make_result(filters=8)
    [(_, sheet)] = layer_sheets(result)
    living = [number for number in range(8) if number != 1]
    origins = [_find(sheet, patch_cells(result, number, 72)[0]) for number in living]
    assert all(len(places) == 1 for places in origins)
    assert origins == sorted(origins)


def test_dead_filter_is_grey_under_its_number(make_result):
    [(_, sheet)] = layer_sheets(make_result(filters=2), filters_per_sheet=2)
    lower = sheet[sheet.shape[0] // 2 :]
    values = np.unique(lower[30:])
    np.testing.assert_array_equal(values, [0.5, 1])
    assert (lower[:30] < 0.4).any()


def test_filters_are_divided_among_sheets_named_after_them(make_result):
    names = [name for name, _ in layer_sheets(make_result("a/b", filters=11), filters_per_sheet=4)]
    assert names == ["a__b-00-03", "a__b-04-07", "a__b-08-10"]


@pytest.mark.parametrize("filters", [2, 3, 32, 33, 100])
@pytest.mark.parametrize("side", [5, 120])
def test_no_side_is_longer_than_3000_pixels(make_result, filters, side):
    result = make_result(filters=filters, side=side)
    for _, sheet in layer_sheets(result, filters_per_sheet=filters):
        assert max(sheet.shape[:2]) <= 3000
        assert sheet.dtype == np.float32
        assert sheet.min() >= 0
        assert sheet.max() <= 1


@pytest.mark.parametrize("number", [0, -3])
def test_sheet_without_filters_is_refused(make_result, number):
    with pytest.raises(InputError, match=f"at least 1 filter, not {number}"):
        next(layer_sheets(make_result(), number))


def test_too_many_filters_on_a_sheet_are_refused(make_result):
    with pytest.raises(InputError, match="10000 filters on a sheet are too many"):
        next(layer_sheets(make_result(filters=10000, side=1), 10000))


def test_written_sheets_are_the_sheets(tmp_path, make_result):
    result = make_result(filters=34)
    files = write_sheets(tmp_path, result)
    assert [file.name for file in files] == ["conv1-00-31.jpg", "conv1-32-33.jpg"]
    for file, (_, sheet) in zip(files, layer_sheets(result), strict=True):
        # Lossy, of noise; any other sheet is further away.
        assert np.abs(read_image(file).pixels - sheet).mean() < 0.02
