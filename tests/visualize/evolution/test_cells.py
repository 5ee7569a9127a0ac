import numpy as np
import pytest
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.evolution.cells import CELL, choose_filters, evolution_cells
from nst_tf.visualize.evolution.layout import MARK
from nst_tf.visualize.evolution.record import read_evolution


def test_marks_exactly_the_cells_where_the_winner_changed(run_folder, changed):
    evolution = read_evolution(run_folder)
    for layer, expected in changed.items():
        cells = evolution_cells(evolution, layer, range(expected.shape[1]))
        assert np.array_equal((cells == np.float32(MARK)).all(-1).any((2, 3)), expected)


def test_a_cell_is_the_projection_stretched_by_itself(run_folder, recorded):
    cells = evolution_cells(read_evolution(run_folder), "relu1", [3, 0])
    shown = display_projection(recorded("relu1", 5).projections[0].astype(np.float32))
    enlarged = [np.asarray(Image.fromarray(plane).resize((CELL, CELL), Image.Resampling.LANCZOS)) for plane in shown.T]
    np.testing.assert_allclose(cells[2, 1], np.clip(np.stack(enlarged).T, 0, 1), atol=1e-5)


def test_a_silent_filter_is_plain_grey(run_folder):
    cells = evolution_cells(read_evolution(run_folder), "relu1", [2, 3])
    assert np.all(cells[:, 0] == 0.5)
    assert np.all(cells[0, 1] == 0.5)


def test_draws_filters_at_random_and_silent_ones_last(run_folder):
    evolution = read_evolution(run_folder)
    assert all(choose_filters(evolution, "relu1", 3, seed) == [0, 1, 3] for seed in range(9))
    assert choose_filters(evolution, "relu1", 99) == [0, 1, 2, 3]
    drawn = [tuple(choose_filters(evolution, "relu1", 1, seed)) for seed in range(30)]
    assert set(drawn) == {(0,), (1,), (3,)}
    assert drawn == [tuple(choose_filters(evolution, "relu1", 1, seed)) for seed in range(30)]


def test_takes_given_filters_in_their_order(run_folder):
    evolution = read_evolution(run_folder)
    assert choose_filters(evolution, "relu1", [3, 2]) == [3, 2]
    with pytest.raises(InputError, match="the layer 'relu2' has no filter 2; they are numbered 0 to 1"):
        choose_filters(evolution, "relu2", [0, 2])
    for none in (0, []):
        with pytest.raises(InputError, match="there is no filter to show"):
            choose_filters(evolution, "relu2", none)
