import pytest

from nst_tf.bench.visualize import measure


def test_rates_and_ratios_are_of_the_same_turns():
    measured = measure(side=96, batch=4)
    search, projection = measured["top_activations"], measured["projection"]
    assert search["layers"] == 5
    assert 0.1 < search["fraction"] < 2
    assert search["search"] / search["bare"] == pytest.approx(search["fraction"], rel=0.5)
    assert projection["forward_backward"] / projection["projections"] == pytest.approx(projection["ratio"], rel=0.5)
