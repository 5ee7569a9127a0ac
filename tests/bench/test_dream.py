from nst_tf.bench.dream import measure


def test_figures_belong_together():
    figures = measure(64, 48, octaves=2, steps=2, rounds=1)
    assert figures["width"] == 64
    assert figures["seconds"] > 0
    assert figures["ratio"] == figures["seconds"] / figures["bare"]
