from nst_tf.bench.features import measure


def test_figures_are_times_and_their_ratios():
    figures = measure("relu1_1", size=16, rounds=1)
    assert (figures["layer"], figures["size"]) == ("relu1_1", 16)
    assert figures["over_bare"] == figures["step"] / figures["bare"] > 0
    assert figures["over_one"] == figures["many"] / figures["step"] > 0
