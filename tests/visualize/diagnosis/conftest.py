"""Statistics of chosen activations."""

import pytest
import tensorflow as tf

from nst_tf.visualize.diagnosis.statistics import FilterStatistics, reduce_maps


@pytest.fixture
def statistics():
    """From feature maps `(batch, rows, columns, filters)` to their statistics."""

    def of(maps):
        return FilterStatistics.of(maps[..., 0].size, reduce_maps(tf.constant(maps, tf.float32)))

    return of
