import tensorflow as tf

from benchmarks.race import Lap, evaluations_to, loss_after, race
from nst_tf.objectives import TotalVariation
from nst_tf.optimize import Lbfgs, Loop

LAPS = [Lap(1, 0.5, 3.0), Lap(2, 1.0, 1.0), Lap(3, 1.5, 2.0)]


def test_the_loss_after_a_time_is_the_least_by_then():
    assert loss_after(LAPS, 0.4) is None
    assert loss_after(LAPS, 0.5) == 3.0
    assert loss_after(LAPS, 9.0) == 1.0


def test_the_evaluations_to_a_loss_are_the_first_that_reached_it():
    assert evaluations_to(LAPS, 2.5) == 2
    assert evaluations_to(LAPS, 0.5) is None


def test_a_race_runs_for_the_evaluations_asked_for_and_its_loss_falls():
    image = tf.random.stateless_uniform([1, 8, 8, 3], seed=[0, 0])
    loop = Loop(lambda image, objective: objective({}, image), Lbfgs(3))
    laps = race(loop, image, TotalVariation(), 0.0, 6)
    assert [lap.evaluations for lap in laps] == [1, 2, 3, 4, 5, 6]
    assert laps[-1].loss < laps[0].loss
    assert laps[-1].seconds > laps[0].seconds
