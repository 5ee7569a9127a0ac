"""The driver in Python on a recipe that costs nothing, by a clock that advances with what is computed; and runs that
are taken up, on a tiny network.
"""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas import noise
from nst_tf.images import Picture
from nst_tf.objectives import Content
from nst_tf.optimize import Lbfgs
from nst_tf.recipes import clock, python_driver
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.dream import dream, zoom
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.features import visualize_features
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.recipes.recipe import Recipe
from nst_tf.recipes.reconstruct import reconstruct
from nst_tf.recipes.stylize import stylize
from nst_tf.recipes.texture import texture

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # of Keras, when it writes a file

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


LAYERS = {"first": 1.0, "second": 2.0}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The file of a small random network with two layers."""
    keras.utils.set_random_seed(0)
    image = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(image)
    x = keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="second")(keras.layers.MaxPooling2D()(x))
    file = tmp_path_factory.mktemp("network") / "tiny.keras"
    keras.Model(image, x).save(file)
    return {"model": str(file), "preprocessing": "unit"}


def run_stylize_(content, style, tiny, checkpoint, mask=None, **changes):
    """On two scales of two rounds each, of which the first may end early."""
    settings = {"size": 32, "first_size": 16, "steps": (14, 12), "rounds": 2, "plateau": 1e-3, "init": "content"}
    layers = {"style_layers": LAYERS, "content_layers": {"second": 1.0}}
    settings = stylize.PRESETS.choose(**settings, **layers, **tiny, **changes)
    return stylize.run_stylize(content, [style], settings, None, checkpoint, mask=mask)


def run_lbfgs(content, style, tiny, checkpoint):
    return run_stylize_(content, style, tiny, checkpoint, optimizer="lbfgs")


def run_adam(content, style, tiny, checkpoint):
    return run_stylize_(content, style, tiny, checkpoint, optimizer="adam")


def run_masked(content, style, tiny, checkpoint):
    mask = np.zeros(content.pixels.shape[:2], np.float32)
    mask[: len(mask) // 4, : len(mask) // 4] = 1
    return run_stylize_(content, style, tiny, checkpoint, mask, optimizer="adam")


def run_texture(content, style, tiny, checkpoint):
    settings = texture.PRESETS.choose(size=32, first_size=16, steps=(6,), layers=LAYERS, **tiny)
    return texture.run_texture([style], settings, None, checkpoint)


def dreaming(tiny):
    return dream.PRESETS.choose(size=32, octaves=2, steps=(6,), jitter=2, layers={"second": 1.0}, **tiny)


def run_dream(content, style, tiny, checkpoint):
    return dream.run_dream(content, style, dreaming(tiny), None, checkpoint)


def run_zoom(content, style, tiny, checkpoint):
    return zoom.run_zoom(None, None, dreaming(tiny), 3, None, checkpoint)


def run_momentum(content, style, tiny, checkpoint):
    settings = {"optimizer": "momentum", "steps": (6, 6), "rates": (0.1, 0.01), "restarts": 2}
    settings = reconstruct.PRESETS.choose(size=32, **settings, **tiny)
    return reconstruct.run_reconstruct(content, "second", settings, None, checkpoint)


def run_strip(content, style, tiny, checkpoint):
    settings = reconstruct.PRESETS.choose(size=32, steps=(6,), **tiny)
    return reconstruct.run_reconstruct(content, list(LAYERS), settings, None, checkpoint)


def run_features(content, style, tiny, checkpoint):
    settings = visualize_features.PRESETS.choose(size=32, steps=12, **tiny)
    wanted = visualize_features.Wanted("second", channels=(1, 5))
    return visualize_features.run_features(wanted, settings, None, checkpoint)


def pixels_and_numbers(progress):
    """All of a result but times, and how often one looked."""
    result, last = progress.result(), {**progress.result().history[-1], "seconds": None}
    frames = getattr(result.picture, "frames", ())
    return [result.image.tobytes(), result.losses, last, progress.step, [frame.tobytes() for frame in frames]]


@pytest.mark.parametrize(
    "run",
    [run_lbfgs, run_adam, run_masked, run_texture, run_dream, run_zoom, run_momentum, run_strip, run_features],
    ids=lambda run: run.__name__.removeprefix("run_"),
)
def test_what_is_taken_up_ends_in_the_same_bits(run, castle, wave, tiny):
    seen = [(progress.checkpoint(), progress) for progress in run(castle, wave, tiny, None)]
    whole, last = pixels_and_numbers(seen[-1][1]), len(seen) - 1
    turns = [place for place in range(last) if seen[place][1].scale != seen[place + 1][1].scale]
    assert seen[-1][1].result().finished
    assert last >= 3
    for place in sorted({1, *turns[:1], last - 1}):  # on the first scale, between two, and on the last
        taken_up = list(run(castle, wave, tiny, seen[place][0]))
        assert pixels_and_numbers(taken_up[0])[:4] == pixels_and_numbers(seen[place][1])[:4]
        assert pixels_and_numbers(taken_up[-1]) == whole


def test_of_what_is_taken_up_the_time_before_counts(recipe):
    half = reports(recipe, 10 * 0.064 + 3 * 1.024 + 0.01)[-1]
    assert (half.scale, half.result().finished) == (2, False)
    (*_, last) = coarse_to_fine(recipe, Clock(10.0), lambda images: Picture(images[0]), half.checkpoint())
    assert last.step == 19
    assert last.seconds == pytest.approx(10 * 0.064 + 9 * 1.024)


def test_how_many_evaluations_a_call_makes_changes_nothing(castle, wave, tiny, monkeypatch):
    results = []
    for longest in (0.0, 1e9):
        monkeypatch.setattr(python_driver, "LONGEST_CALL", longest)
        *_, last = run_lbfgs(castle, wave, tiny, None)
        results.append(pixels_and_numbers(last))
    assert results[0] == results[1]
