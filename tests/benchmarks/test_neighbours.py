import pytest
import tensorflow as tf

from benchmarks.neighbours import _loss, measure, table
from nst_tf.one_pass.study import PATCH_SIDES


def test_what_has_few_channels_and_places_loses_nothing():
    content, style = (tf.random.stateless_normal([1, 7, side, 8], [side, 0]) for side in (9, 6))
    found = _loss(content, style, 3)
    assert found["same"] == 1
    assert found["quick"] == pytest.approx(found["exact"], abs=1e-5)


def test_the_quick_search_finds_places_that_are_nearly_as_near():
    measured = measure(64)
    assert set(measured) == set(PATCH_SIDES)
    for found in measured.values():
        assert 0.8 * found["exact"] < found["quick"] <= found["exact"] + 1e-5


def test_the_table_tells_both_cosines():
    text = table({"relu4_1": {"exact": 0.5, "quick": 0.45, "same": 0.6}})
    assert " ".join(text.split()) == (
        "neighbours on relu4_1 0.450 is the mean cosine, 0.500 by all features; the same place in 60 %"
    )
