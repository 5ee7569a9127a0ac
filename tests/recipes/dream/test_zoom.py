import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.dream.dream import dream
from nst_tf.recipes.dream.zoom import dream_zoom, zoomed

FAST = {"size": 48, "octaves": 1, "steps": (2,), "layers": {"relu2_1": 1.0}}


def test_zooming_enlarges_the_middle():
    across = np.linspace(0, 1, 100, dtype=np.float32)
    pixels = np.stack([np.tile(across, (40, 1)), np.full((40, 100), 0.3, np.float32)], axis=-1)
    middle = zoomed(pixels, 0.2)
    positions = 0.1 + 0.8 * (np.arange(100) + 0.5) / 100  # of the new pixels in the old image
    expected = (positions * 100 - 0.5) / 99
    np.testing.assert_allclose(middle[20, 3:-3, 0], expected[3:-3], atol=2e-3)
    np.testing.assert_allclose(middle[..., 1], 0.3, atol=1e-6)
    np.testing.assert_allclose(zoomed(pixels, 0.0), pixels, atol=1e-6)


def test_each_frame_is_the_dream_on_the_one_before(castle):
    frames = [result.image for result in dream_zoom(castle, 3, step=0.1, **FAST)]
    np.testing.assert_array_equal(frames[0], dream(castle, **FAST).image)
    np.testing.assert_array_equal(frames[2], dream(zoomed(frames[1], 0.1), **FAST).image)


def test_only_the_first_frame_is_from_noise():
    first, second = (result.image for result in dream_zoom(None, 2, **FAST))
    np.testing.assert_array_equal(second, dream(zoomed(first, 0.05), **FAST).image)


def test_progress_is_that_of_all_frames(castle):
    seen = []
    assert len(list(dream_zoom(castle, 2, callback=seen.append, **FAST))) == 2
    steps, seconds = zip(*((progress.step, progress.seconds) for progress in seen), strict=True)
    assert sorted(set(steps)) == list(steps)
    assert {2, 4} <= set(steps)
    assert all(progress.steps == 4 for progress in seen)
    assert sorted(seconds) == list(seconds)
    assert seen[-1].remaining == 0


def test_a_time_limit_ends_the_zoom_with_the_frame_then_begun(castle):
    results = list(dream_zoom(castle, 50, time_limit=1e-9, **{**FAST, "steps": (20,)}))
    assert len(results) == 1
    assert not results[0].finished


@pytest.mark.parametrize("options", [{"frames": 0}, {"step": 1.0}, {"step": -0.1}])
def test_what_is_no_zoom_is_refused(castle, options):
    with pytest.raises(InputError, match="it takes 1 or more, and a step in"):
        next(dream_zoom(castle, **options))
