from benchmarks.masks import PARTS, measure, table

from ..shallow import FEW


def test_parts_are_told_as_shares_of_the_whole():
    measured = measure(96, rounds=1, **FEW, swap=0)
    assert measured["size"] == 96
    for name in ("evaluation", "one_pass"):
        assert measured[name].keys() == PARTS.keys()
        assert measured[name]["all of it"] == 1
        assert min(measured[name].values()) > 0


def test_the_table_has_a_row_for_each_part():
    shares = dict(zip(PARTS, (1.0, 0.375, 0.25), strict=True))
    head, *rows = table({"size": 1024, "evaluation": shares, "one_pass": dict.fromkeys(PARTS, 1 / 2)}).splitlines()
    assert head.split() == ["of", "1024", "px", "evaluation", "one", "pass"]
    assert [row.split()[-2:] for row in rows] == [["1.00", "0.50"], ["0.38", "0.50"], ["0.25", "0.50"]]
