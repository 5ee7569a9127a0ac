import numpy as np
import pytest

from nst_tf.visualize.diagnosis.dominance import dominance, dominant_share, filter_rms


def kernel(filters=11):
    """Filters of the RMS 1."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(3, 5, 4, filters))
    return signs.astype(np.float32)


def test_rms_is_over_a_filters_weights():
    scales = np.arange(1, 12)
    np.testing.assert_allclose(filter_rms(kernel() * scales), scales)


@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_no_filter_dominates_equal_ones_of_any_scale(scale):
    np.testing.assert_allclose(dominance(kernel() * scale), 1, rtol=1e-6)
    assert dominant_share(kernel() * scale) == 0


def test_a_planted_dominant_filter_is_found():
    weights = kernel()
    weights[..., 4] *= 9
    np.testing.assert_allclose(dominance(weights), 9, rtol=1e-6)
    assert dominant_share(weights) == 1 / 11


def test_filters_of_zeros_do_not_make_the_others_dominant():
    weights = kernel()
    weights[..., :8] = 0
    assert (dominance(weights), dominant_share(weights)) == (1, 0)
    assert (dominance(0 * weights), dominant_share(0 * weights)) == (1, 0)
