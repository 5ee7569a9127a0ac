import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.visualize.evolution.cells import CELL, evolution_cells
from nst_tf.visualize.evolution.layout import MARK, mark
from nst_tf.visualize.evolution.record import read_evolution
from nst_tf.visualize.evolution.sheet import evolution_sheet


def places_of(cell, sheet):
    """The top left corners at which a cell stands in a sheet."""
    middle = cell[CELL // 2 :]
    windows = np.lib.stride_tricks.sliding_window_view(sheet[..., 0], middle.shape[:2])
    found = np.argwhere(np.abs(windows[:, :, 0, :8] - middle[0, :8, 0]).max(-1) < 1e-6)
    return [
        (top - CELL // 2, left) for top, left in found if np.allclose(sheet[top:, left:][: CELL // 2, :CELL], middle)
    ]


def marked_pixels(picture):
    return int((picture == np.float32(MARK)).all(-1).sum())


def test_has_a_row_for_each_filter_and_a_column_for_each_epoch(run_folder):
    evolution = read_evolution(run_folder)
    sheet = evolution_sheet(evolution, ["relu1"], [1, 0])
    cells = evolution_cells(evolution, "relu1", [1, 0])
    corners = np.array([[places_of(cell, sheet) for cell in row] for row in cells])[:, :, 0]
    steps = CELL + 2
    for epoch in range(3):
        for row in range(2):
            assert tuple(corners[epoch, row] - corners[0, 0]) == (row * steps, epoch * steps)


def test_has_as_many_marks_as_changes_and_one_in_the_legend(run_folder, changed):
    sample = np.ones((CELL, CELL, 3), np.float32)
    mark(sample)
    sheet = evolution_sheet(read_evolution(run_folder))
    count = sum(int(rows.sum()) for rows in changed.values()) + 1
    assert marked_pixels(sheet) == count * marked_pixels(sample)


def test_the_random_choice_follows_the_seed(run_folder):
    evolution = read_evolution(run_folder)
    sheets = [evolution_sheet(evolution, ["relu1"], 1, seed).tobytes() for seed in range(20)]
    assert sheets == [evolution_sheet(evolution, ["relu1"], 1, seed).tobytes() for seed in range(20)]
    # Of the four filters one is silent.
    assert len(set(sheets)) == 3


def test_refuses_an_unknown_layer(run_folder):
    with pytest.raises(InputError, match="unknown layer 'conv9'"):
        evolution_sheet(read_evolution(run_folder), ["conv9"])
