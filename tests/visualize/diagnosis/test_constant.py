import numpy as np
import pytest

from nst_tf.visualize.diagnosis.statistics import constant_share


@pytest.mark.parametrize("constant", [0, 3, 8])
def test_counts_the_filters_that_answer_the_same_to_everything(statistics, constant):
    maps = np.random.default_rng(0).random((4, 5, 6, 8))
    maps[..., :constant] = 7 + 0.01 * maps[..., :constant]
    assert constant_share(statistics(maps)) == constant / 8


def test_a_dead_filter_is_not_a_constant_one(statistics):
    assert constant_share(statistics(np.zeros((2, 3, 3, 4)))) == 0


@pytest.mark.parametrize(("deviation", "expected"), [(0.09, 1.0), (0.11, 0.0)])
def test_a_deviation_of_a_tenth_of_the_mean_divides_the_two(statistics, deviation, expected):
    maps = np.full((1, 2, 2, 1), 5.0)
    maps[0, :, 0] *= 1 + deviation
    maps[0, :, 1] *= 1 - deviation
    assert constant_share(statistics(maps)) == expected


def test_a_filter_that_differs_only_from_image_to_image_is_not_constant(statistics):
    maps = np.ones((2, 3, 3, 1)) * np.array([1, 2]).reshape(2, 1, 1, 1)
    assert constant_share(statistics(maps[:1]) + statistics(maps[1:])) == 0
