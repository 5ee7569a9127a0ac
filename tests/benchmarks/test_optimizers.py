from benchmarks.optimizers import table

RACE = {"height": 171, "width": 256, "seconds": (5, 10), "losses": {"lbfgs": [None, 0.25], "adam": [0.4, 0.3]}}
CONVERGENCE = {"adam": 300, "loss": 0.043, "lbfgs": 100}


def test_the_table_tells_losses_and_evaluations():
    head, lbfgs, adam, end = table({"race": RACE, "convergence": CONVERGENCE}).splitlines()
    assert head.startswith("loss after, 256x171 px")
    assert lbfgs.split() == ["lbfgs", "-", "0.2500"]
    assert adam.split() == ["adam", "0.4000", "0.3000"]
    assert end == "Adam's Gram loss after 300 evaluations, 0.043, takes L-BFGS 100"


def test_a_loss_that_was_not_reached_is_said_so():
    assert "was not reached by L-BFGS" in table({"race": RACE, "convergence": CONVERGENCE | {"lbfgs": None}})
