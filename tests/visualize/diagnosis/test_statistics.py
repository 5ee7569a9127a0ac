import numpy as np
import pytest

from nst_tf.visualize.diagnosis.statistics import constant_share, dead_share, sparsity


@pytest.mark.parametrize("cuts", [[], [1], [3, 4, 7]])
def test_parts_add_up_to_the_statistics_of_the_whole(statistics, cuts):
    maps = np.maximum(np.random.default_rng(0).normal(size=(9, 4, 6, 5)), 0) * [1, 2, 3, 4, 0]
    parts = [statistics(part) for part in np.split(maps, cuts)]
    whole = sum(parts[1:], parts[0])
    assert whole.count == 9 * 4 * 6
    flat = maps.reshape(-1, 5)
    np.testing.assert_allclose(whole.mean, flat.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(whole.deviation, flat.std(axis=0), rtol=1e-5)
    np.testing.assert_allclose(whole.largest, flat.max(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(whole.active, (flat > 0).sum(axis=0))


def test_a_small_deviation_about_a_large_mean_is_not_lost(statistics):
    values = 1000 + 0.01 * np.random.default_rng(0).normal(size=(8, 10, 10, 1))
    values = values.astype(np.float32)
    whole = statistics(values[:4]) + statistics(values[4:])
    np.testing.assert_allclose(whole.deviation, values.astype(np.float64).std(), rtol=0.02)


@pytest.mark.parametrize("zeros", [0, 7, 60])
def test_sparsity_is_the_share_of_activations_that_are_zero(statistics, zeros):
    maps = np.random.default_rng(0).random(60) + 0.1
    maps[:zeros] = 0
    np.testing.assert_allclose(sparsity(statistics(maps.reshape(3, 2, 5, 2))), zeros / 60, atol=1e-12)


def test_a_lower_bias_makes_a_layer_sparser(statistics):
    signal = np.random.default_rng(0).normal(size=(4, 8, 8, 6))
    found = [sparsity(statistics(np.maximum(signal + bias, 0))) for bias in (1, 0, -1)]
    np.testing.assert_allclose(found, [0.159, 0.5, 0.841], atol=0.02)


@pytest.mark.parametrize("dead", [0, 3, 10])
def test_dead_are_the_filters_that_nothing_excites(statistics, dead):
    maps = np.random.default_rng(0).random((4, 5, 6, 10)) + 0.1
    maps[..., :dead] = 0
    assert dead_share(statistics(maps)) == dead / 10


def test_a_filter_that_answers_once_is_alive(statistics):
    maps = np.zeros((4, 5, 6, 2))
    maps[3, 4, 5, 1] = 1e-6
    assert dead_share(statistics(maps)) == 0.5
    assert dead_share(statistics(maps[:3]) + statistics(maps[3:])) == 0.5


@pytest.mark.parametrize("constant", [0, 3, 8])
def test_constant_are_the_filters_that_answer_the_same_to_everything(statistics, constant):
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
