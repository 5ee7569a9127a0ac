import pytest

from benchmarks.tiles import measure, table

from ..shallow import FEW


def test_both_are_timed():
    measured = measure(96, 64, 80, rounds=1, **FEW, swap=0)
    assert (measured["size"], measured["tile"], measured["whole"]) == (96, 64, 80)
    assert measured["ratio"] == pytest.approx(measured["tiled"] / measured["untiled"])


def test_the_table_tells_times_for_a_pixel():
    first, second, end = table(
        {"size": 2400, "tile": 512, "whole": 1024, "tiled": 4.5, "untiled": 3.1, "ratio": 1.45}
    ).splitlines()
    assert " ".join(first.split()) == "2400 px by tiles of 512 4.50 us a pixel"
    assert " ".join(second.split()) == "1024 px as a whole 3.10 us a pixel"
    assert end == "by tiles, an evaluation takes 1.45 times as long for a pixel"
