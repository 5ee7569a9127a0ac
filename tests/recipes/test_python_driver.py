"""The driver in Python on a recipe that costs nothing, by a clock that advances with what is computed."""

import types

import pytest
import tensorflow as tf

from nst_tf.canvas import noise
from nst_tf.images import Picture
from nst_tf.objectives import Content
from nst_tf.optimize import Lbfgs
from nst_tf.recipes import clock
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.recipes.recipe import Recipe

PIXEL = 1e-3  # seconds that a pixel takes


class Grey(Recipe):
    """Noise that becomes grey, on two scales."""

    parts = ("distance",)

    def __init__(self, steps=(10, 10)):
        self.network = FeatureLoop(lambda images: {"pixels": images}, Lbfgs(2))
        self.settings = types.SimpleNamespace(plateau=0.0)
        self.sizes, self.steps = tf.constant([[8, 8], [32, 32]]), tf.constant(steps)

    def start(self):
        return noise(8, 8, 0)

    def objective(self, size):
        return {"distance": Content("pixels", tf.fill([1, *tf.unstack(size), 3], 0.5))}


@pytest.fixture
def recipe(monkeypatch):
    """The recipe, with a clock that advances by what it evaluates."""
    seconds = [0.0]
    return timed(Grey(), seconds, monkeypatch)


def timed(made, seconds, monkeypatch):
    """A recipe by a clock whose `seconds` advance by what is evaluated."""
    advance = made.network.loop.advance

    def advanced(state, count, *arguments):
        height, width = made.network.loop.optimizer.image(state).shape[1:3]
        seconds[0] += count * height * width * PIXEL
        return advance(state, count, *arguments)

    monkeypatch.setattr(made.network.loop, "advance", advanced)
    monkeypatch.setattr(clock, "time", types.SimpleNamespace(monotonic=lambda: seconds[0]))
    return made


def reports(recipe, limit):
    return list(coarse_to_fine(recipe, Clock(limit), lambda images: Picture(images[0])))


def test_without_a_limit_all_scales_are_done(recipe):
    last = reports(recipe, None)[-1]
    assert (last.step, last.scale, last.result().finished) == (20, 2, True)
    assert last.seconds == pytest.approx(10 * (8 * 8 + 32 * 32) * PIXEL)


def test_a_scale_is_not_entered_where_its_first_evaluation_would_overrun_the_limit(recipe):
    """An evaluation of the small scale takes 0.064 s, one of the large scale 1.024 s."""
    seen = reports(recipe, 1.2)
    assert (seen[-1].scale, seen[-1].step) == (1, 10)
    assert seen[-1].seconds <= 1.2
    assert not seen[-1].result().finished


def test_a_scale_is_entered_where_there_is_time_for_it(recipe):
    assert reports(recipe, 10 * 0.064 + 3 * 1.024 + 0.01)[-1].scale == 2


def test_there_is_one_report_however_short_the_limit(recipe):
    assert [one.step for one in reports(recipe, 0.0)] == [1]


class Costly(Grey):
    """Four scales, each of which takes as long to prepare as 30 evaluations on it."""

    def __init__(self, seconds):
        super().__init__()
        sides = 8, 16, 32, 64
        self.sizes, self.steps = tf.constant([[side, side] for side in sides]), tf.constant([10] * len(sides))
        self._seconds = seconds

    def objective(self, size):
        self._seconds[0] += 30 * PIXEL * float(tf.reduce_prod(size))
        return super().objective(size)


def test_the_time_left_counts_what_it_takes_to_prepare_scales(monkeypatch):
    seconds = [0.0]
    seen = reports(timed(Costly(seconds), seconds, monkeypatch), None)
    known = [one for one in seen if one.step >= 20]  # from the end of the second scale on
    left = [seen[-1].seconds - one.seconds for one in known]
    assert [one.remaining for one in known] == pytest.approx(left)


def test_the_time_left_follows_no_single_slow_call(monkeypatch):
    pace = Clock(None)
    for seconds in (1.0, 1.0, 10.0):
        pace.measured(seconds, 1, 100)
    assert pace.expects(10, 100) < 40
    for _ in range(20):
        pace.measured(10.0, 1, 100)
    assert pace.expects(10, 100) == pytest.approx(100, rel=0.01)
