import pytest

from benchmarks.visualize import measure, table


def test_rates_and_ratios_are_of_the_same_turns():
    measured = measure(side=96, batch=4)
    search, projection = measured["top_activations"], measured["projection"]
    assert search["layers"] == 5
    assert 0.1 < search["fraction"] < 2
    assert search["search"] / search["bare"] == pytest.approx(search["fraction"], rel=0.5)
    assert projection["forward_backward"] / projection["projections"] == pytest.approx(projection["ratio"], rel=0.5)


def test_the_table_tells_rates_and_ratios():
    search = {"side": 224, "layers": 5, "bare": 200.0, "search": 170.0, "fraction": 0.85}
    projection = {"projections": 50.0, "forward_backward": 60.0, "ratio": 1.2}
    text = table({"top_activations": search, "projection": projection})
    assert "170.0 images/s  85% of the forward pass" in text
    assert "50.0 a second  1.20 of the time of a forward and backward pass" in text
