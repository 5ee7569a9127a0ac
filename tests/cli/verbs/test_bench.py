"""The table; the measurements themselves are tested in tests/bench."""

from nst_tf.cli.verbs import bench

MEASURED = {
    "evaluation": {"size": 512, "seconds": 1.5, "gflops": 170.0, "matmul_gflops": 240.0, "fraction": 0.708},
    "race": {
        "height": 171,
        "width": 256,
        "seconds": (5, 10),
        "losses": {"lbfgs": [None, 0.25], "adam": [0.4, 0.3]},
    },
    "convergence": {"adam": 300, "loss": 0.043, "lbfgs": 100},
    "fast": {
        "height": 341,
        "width": 512,
        "picture": 1.2,
        "picture_and_style": 1.6,
        "encoder": 0.4,
        "over_encoder": 3.0,
        "warm_start": {"objective": 0.25, "from_content": 90, "from_fast": 50},
    },
    "top_activations": {"side": 224, "layers": 5, "bare": 200.0, "search": 170.0, "fraction": 0.85},
    "projection": {"projections": 50.0, "forward_backward": 60.0, "ratio": 1.2},
    "dream": {"width": 256, "height": 192, "octaves": 4, "steps": 10, "seconds": 9.5, "bare": 8.0, "ratio": 1.19},
    "features": {"step": 0.1, "bare": 0.08, "over_bare": 1.25, "many": 1.4, "over_one": 14.0},
}


def test_the_table_tells_all_figures():
    table = bench._table(MEASURED)
    assert "170.0 GFLOP/s  1.50 s, 71% of the matrix product" in table
    assert "loss after, 256x171 px" in table
    assert "lbfgs" in table
    assert "0.2500" in table
    assert "1.20 s  3.0 of the time of the encoder alone; 1.60 s with the style" in table
    assert "objective of 0.25: 90 from the content, 50 from the picture of one pass" in table
    assert "170.0 images/s  85% of the forward pass" in table
    assert "1.20 of the time of a forward and backward pass" in table
    assert "dream, 256x192, 4 octaves of 10 steps  9.5 s, 1.19 of the time of as many" in table
    assert "0.100 s  1.25 of the time of a forward" in table
    assert "1.400 s  14.0 of the time of one" in table
    assert "Adam's Gram loss after 300 evaluations, 0.043, takes L-BFGS 100" in table


def test_a_loss_that_was_not_reached_is_said_so():
    missed = {**MEASURED["convergence"], "lbfgs": None}
    assert "was not reached by L-BFGS" in bench._table({**MEASURED, "convergence": missed})


def test_an_unknown_part_is_refused(command):
    status, _, err = command("bench", "dreams")
    assert status == 2
    assert "dreams" in err


SERVING = {
    "served": 90.0,
    "direct": 100.0,
    "fraction": 0.9,
    "p50": 0.08,
    "p99": 0.2,
    "p99_over_p50": 2.5,
    "failed": 0,
    "failed_in_swaps": 0,
    "first_over_p50": 1.1,
    "growth": 3.0,
    "leak_growth": 500.0,
    "hostile_failures": 0,
    "hostile_growth": 1.0,
}


def test_targets_of_serving_are_told_reached_or_missed():
    facts, *lines = bench._targets(SERVING).splitlines()
    assert "90.0 images/s through the server, 100.0 directly" in facts
    assert "50 ms" not in facts
    assert [line for line in lines if line.startswith("MISSED")] == [
        "MISSED        2.5  p99 over p50 at saturation (at most 1.5)"
    ]
    assert "reached       0.9  images a second, of those by calling the model directly (at least 0.85)" in lines


def test_serving_is_measured_by_itself(command):
    for options in (["stylize", "--serving"], ["--short"]):
        status, _, err = command("bench", *options)
        assert status == 2
        assert "--serving is measured by itself" in err
