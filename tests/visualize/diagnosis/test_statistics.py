import numpy as np
import pytest


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
