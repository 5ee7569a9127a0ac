import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.top.gallery import sheet_path, write_pictures
from nst_tf.visualize.top.gallery.sheets import SHEET_CELL, draw_sheet, patch_cells, projection_cells


def test_cells_of_the_same_size_are_the_pictures_themselves(make_pictures):
    pictures = make_pictures()
    np.testing.assert_allclose(patch_cells(pictures, 3, 6), pictures.patches[3] / 255.0, atol=1e-6)
    shown = [display_projection(each) for each in pictures.projections[3]]
    np.testing.assert_allclose(projection_cells(pictures, 3, 6), shown, atol=1e-6)


def test_cells_are_grey_where_the_filter_is_not_active(make_pictures):
    for cells in (patch_cells, projection_cells):
        assert (cells(make_pictures(), 1, 6) == 0.5).all()
        grey = (cells(make_pictures(), 2, 6) == 0.5).all(axis=(1, 2, 3))
        np.testing.assert_array_equal(grey, [False] * 4 + [True] * 5)


def test_enlarged_cells_stay_in_range(make_pictures):
    cells = patch_cells(make_pictures(), 0, 40)
    assert cells.shape == (9, 40, 40, 3)
    assert cells.min() == 0
    assert cells.max() == 1


def _find(sheet, cell):
    """The top left corners of the places where `cell` stands in `sheet`."""
    height, width, _ = cell.shape
    candidates = np.argwhere((sheet[: 1 - height, : 1 - width] == cell[0, 0]).all(axis=-1))
    return [(y, x) for y, x in candidates.tolist() if np.array_equal(sheet[y : y + height, x : x + width], cell)]


def test_every_filter_has_its_projections_beside_its_patches_in_three_rows(make_pictures):
    pictures = make_pictures(filters=4)
    sheet = draw_sheet(pictures)
    for number in (0, 3):
        halves = [cells(pictures, number, SHEET_CELL) for cells in (projection_cells, patch_cells)]
        [origin] = _find(sheet, halves[0][0])
        for half, shift in zip(halves, (0, 3 * (SHEET_CELL + 2) + 4), strict=True):
            for rank, cell in enumerate(half):
                top, left = origin[0] + rank // 3 * (SHEET_CELL + 2), origin[1] + shift + rank % 3 * (SHEET_CELL + 2)
                np.testing.assert_array_equal(sheet[top : top + SHEET_CELL, left : left + SHEET_CELL], cell)


def test_filters_follow_in_reading_order(make_pictures):
    pictures = make_pictures(filters=8)
    sheet = draw_sheet(pictures)
    living = [number for number in range(8) if number != 1]
    origins = [_find(sheet, patch_cells(pictures, number, SHEET_CELL)[0]) for number in living]
    assert all(len(places) == 1 for places in origins)
    assert origins == sorted(origins)


def test_dead_filter_is_grey_under_its_number(make_pictures):
    sheet = draw_sheet(make_pictures(filters=2))
    lower = sheet[sheet.shape[0] // 2 :]
    values = np.unique(lower[30:])
    np.testing.assert_array_equal(values, [0.5, 1])
    assert (lower[:30] < 0.4).any()


def test_filters_are_divided_among_sheets_named_after_them(tmp_path, make_result):
    result = make_result("a/b", filters=70)
    names = [sheet_path(tmp_path, result, first).name for first in (0, 32, 64)]
    assert names == ["a__b-00-31.jpg", "a__b-32-63.jpg", "a__b-64-69.jpg"]


@pytest.mark.parametrize("filters", [2, 3, 32, 100])
@pytest.mark.parametrize("side", [5, 120])
def test_no_side_is_longer_than_3000_pixels(make_pictures, filters, side):
    sheet = draw_sheet(make_pictures(filters=filters, side=side))
    assert max(sheet.shape[:2]) <= 3000
    assert sheet.dtype == np.float32
    assert sheet.min() >= 0
    assert sheet.max() <= 1


def test_sheet_without_filters_is_refused(make_pictures):
    with pytest.raises(InputError, match="at least 1 filter, not 0"):
        draw_sheet(make_pictures(filters=0))


def test_too_many_filters_on_a_sheet_are_refused(make_pictures):
    with pytest.raises(InputError, match="10000 filters on a sheet are too many"):
        draw_sheet(make_pictures(filters=10000, side=1))


def test_written_sheets_are_the_sheets(tmp_path, make_result, make_pictures):
    (tmp_path / "sheets").mkdir()
    pictures = make_pictures(filters=2, first=32, side=20)
    write_pictures(tmp_path, make_result(filters=34), pictures)
    sheet = read_image(tmp_path / "sheets" / "conv1-32-33.jpg").pixels
    assert sorted(path.name for path in (tmp_path / "tiles" / "conv1").iterdir()) == ["32.webp", "33.webp"]
    # Lossy, of noise; any other sheet is further away.
    assert np.abs(sheet - draw_sheet(pictures)).mean() < 0.03


def test_tile_shows_projections_then_patches_without_gaps(tmp_path, make_result, make_pictures):
    (tmp_path / "sheets").mkdir()
    pictures = make_pictures()
    write_pictures(tmp_path, make_result("block/conv1"), pictures)
    for number in range(4):
        tile = read_image(tmp_path / f"tiles/block__conv1/{number}.webp").pixels
        cells = tile.reshape(3, 80, 2, 3, 80, 3).transpose(2, 0, 3, 1, 4, 5).reshape(2, 9, 80, 80, 3)
        expected = np.stack([projection_cells(pictures, number, 80), patch_cells(pictures, number, 80)])
        # Lossy: the means of the cells tell whether each stands in its place.
        np.testing.assert_allclose(cells.mean((2, 3)), expected.mean((2, 3)), atol=0.02)


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path, make_result, make_pictures):
    (tmp_path / "tiles").write_text("a file")
    with pytest.raises(InputError, match=r"cannot make the folder .*tiles.conv1"):
        write_pictures(tmp_path, make_result(), make_pictures())
