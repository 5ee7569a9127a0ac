import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.reconstruct.settings import NATURAL_RMS, PRESETS

SIGMA = 2.7098e4  # the authors' norm of natural images of 227x227x3, pixels of 0 to 255 less their mean
PAPER = PRESETS["mahendran"]


def test_the_papers_priors_are_those_of_its_formula_on_pixels_of_0_to_255():
    x = np.random.default_rng(0).normal(scale=SIGMA / np.sqrt(3 * 227 * 227), size=(227, 227, 3))
    slope, alpha = (
        ((np.diff(x, axis=0) ** 2).sum() + (np.diff(x, axis=1) ** 2).sum()) / SIGMA**2,
        (x**6).sum() / SIGMA**2,
    )
    ours = x / 255
    mean_slope = ((np.diff(ours, axis=0) ** 2).sum() + (np.diff(ours, axis=1) ** 2).sum()) / x.size
    np.testing.assert_allclose(
        [weight * mean_slope for weight in PAPER.tv_weight], [0.5 * slope, 5 * slope, 50 * slope]
    )
    np.testing.assert_allclose(PAPER.alpha_weight[0] * (ours**6).mean(), 4e-10 * alpha)


def test_the_papers_step_is_that_on_pixels_of_0_to_255():
    # There x changes by rate * SIGMA^2 * dE/dx; ours, x / 255, by rate * n * dE/d(x / 255).
    n = 3 * 227 * 227
    theirs = 0.004 * np.array([1, 0.1, 0.01]) * SIGMA**2
    np.testing.assert_allclose(np.array(PAPER.rates) * n * 255**2, theirs)
    assert PAPER.steps == (100, 200, 100)


def test_the_start_has_the_norm_of_natural_images():
    assert PAPER.noise == NATURAL_RMS == pytest.approx(SIGMA / 255 / np.sqrt(3 * 227 * 227))


@pytest.mark.parametrize(
    ("preset", "change", "words"),
    [
        ("mahendran", {"steps": (50,)}, "a number for each phase"),
        ("default", {"steps": (50, 50), "rates": (1e-3, 1e-4)}, "only momentum has phases"),
        ("default", {"tv_weight": ()}, "tv_weight is empty"),
        ("default", {"canvas": "waves"}, "unknown canvas 'waves'"),
        ("default", {"restarts": 0}, "not below 1"),
        ("default", {"alpha": 1.0}, "not below 2"),
    ],
)
def test_what_cannot_be_is_refused(preset, change, words):
    with pytest.raises(InputError, match=words):
        PRESETS.choose(preset, **change)
