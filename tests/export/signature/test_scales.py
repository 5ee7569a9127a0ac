"""Scales in a graph against those of the recipes."""

import pytest
import tensorflow as tf

from nst_tf.export.signature.scales import scale_sizes
from nst_tf.recipes import scales


@pytest.mark.parametrize("shape", [(683, 1024), (1024, 100), (300, 300)])
@pytest.mark.parametrize("size", [40, 128, 129, 256, 300, 512, 1024])
@pytest.mark.parametrize(("first", "growth", "least"), [(128, 2.0, 8), (64, 1.42, 16), (2**16, 2.0, 8)])
def test_sizes_are_those_of_the_recipes(shape, size, first, growth, least):
    made = scale_sizes(tf.constant(shape), tf.constant(size), first, growth, least)
    assert [tuple(one) for one in made.numpy()] == scales.scale_sizes(shape, size, first, growth, least)
