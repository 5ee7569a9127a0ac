from benchmarks.features import measure, table


def test_many_channels_take_longer_than_one_and_less_than_each_by_itself():
    figures = measure("relu2_1", size=64, rounds=3)
    assert (figures["layer"], figures["size"]) == ("relu2_1", 64)
    assert 1 < figures["over_one"] < 32


def test_the_table_tells_steps_and_ratios():
    text = table({"step": 0.1, "over_bare": 1.25, "many": 1.4, "over_one": 14.0})
    assert "0.100 s  1.25 of the time of a forward" in text
    assert "1.400 s  14.0 of the time of one" in text
