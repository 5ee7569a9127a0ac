"""The ruler of one pass, at a small size."""

from nst_tf.bench.fast import measure


def test_it_measures_time_and_what_the_optimiser_is_saved():
    measured = measure(128)
    assert (measured["height"], measured["width"]) == (85, 128)
    assert 0 < measured["encoder"] < measured["picture"]
    assert measured["over_encoder"] > 1
    warm = measured["warm_start"]
    assert warm["from_content"] == 40
    assert warm["from_fast"] is None or warm["from_fast"] <= 80
