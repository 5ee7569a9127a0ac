import nst_tf
from benchmarks.one_pass import measure, table

from ..shallow import on_few_layers


def test_it_measures_time_and_what_the_optimiser_is_saved(monkeypatch):
    for name in ("stylize", "stylize_steps"):
        monkeypatch.setattr(nst_tf, name, on_few_layers(getattr(nst_tf, name)))
    measured = measure(64)
    assert (measured["height"], measured["width"]) == (43, 64)
    assert 0 < measured["encoder"] < measured["picture"]
    assert measured["over_encoder"] > 1
    warm = measured["warm_start"]
    assert warm["from_content"] == 40
    assert warm["from_fast"] is None or warm["from_fast"] <= 80


def test_the_table_tells_times_and_evaluations():
    warm = {"objective": 0.25, "from_content": 90, "from_fast": 50}
    figures = {"width": 512, "height": 341, "picture": 1.2, "picture_and_style": 1.6, "over_encoder": 3.0}
    text = table({**figures, "warm_start": warm})
    assert "1.20 s  3.0 of the time of the encoder alone; 1.60 s with the style" in text
    assert "objective of 0.25: 90 from the content, 50 from the picture of one pass" in text
    assert "not reached from the picture" in table({**figures, "warm_start": {**warm, "from_fast": None}})
