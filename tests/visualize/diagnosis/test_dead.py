import numpy as np
import pytest

from nst_tf.visualize.diagnosis.statistics import dead_share


@pytest.mark.parametrize("dead", [0, 3, 10])
def test_counts_the_filters_that_nothing_excites(statistics, dead):
    maps = np.random.default_rng(0).random((4, 5, 6, 10)) + 0.1
    maps[..., :dead] = 0
    assert dead_share(statistics(maps)) == dead / 10


def test_a_filter_that_answers_once_is_alive(statistics):
    maps = np.zeros((4, 5, 6, 2))
    maps[3, 4, 5, 1] = 1e-6
    assert dead_share(statistics(maps)) == 0.5
    assert dead_share(statistics(maps[:3]) + statistics(maps[3:])) == 0.5
