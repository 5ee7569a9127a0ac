"""The size of average pooling."""

import numpy as np

from nst_tf.layers import ScaledAveragePool


def test_twice_the_mean_of_a_2x2_window():
    window = np.float32([[1, 2], [3, 6]]).reshape(1, 2, 2, 1)
    np.testing.assert_allclose(ScaledAveragePool()(window), 6, rtol=1e-6)
