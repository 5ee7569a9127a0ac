import numpy as np
import pytest

from nst_tf.visualize.diagnosis.statistics import sparsity


@pytest.mark.parametrize("zeros", [0, 7, 60])
def test_is_the_share_of_activations_that_are_zero(statistics, zeros):
    maps = np.random.default_rng(0).random(60) + 0.1
    maps[:zeros] = 0
    np.testing.assert_allclose(sparsity(statistics(maps.reshape(3, 2, 5, 2))), zeros / 60, atol=1e-12)


def test_a_lower_bias_makes_a_layer_sparser(statistics):
    signal = np.random.default_rng(0).normal(size=(4, 8, 8, 6))
    found = [sparsity(statistics(np.maximum(signal + bias, 0))) for bias in (1, 0, -1)]
    np.testing.assert_allclose(found, [0.159, 0.5, 0.841], atol=0.02)
