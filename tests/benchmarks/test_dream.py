from benchmarks.dream import measure, table


def test_a_dream_is_compared_with_as_many_passes_as_it_evaluates():
    figures = measure(64, 48, octaves=2, steps=2, rounds=1)
    assert figures["evaluations"] == 4
    assert figures["seconds"] > 0 < figures["bare"]


def test_the_table_tells_seconds_and_their_ratio():
    sizes = {"width": 256, "height": 192, "octaves": 4, "steps": 10}
    text = table({**sizes, "seconds": 9.5, "ratio": 1.19})
    assert text.startswith("dream, 256x192, 4 octaves of 10 steps  9.5 s, 1.19 of the time of as many")
