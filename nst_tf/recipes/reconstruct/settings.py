"""What can be set in the inversion of a representation, and the presets.

Mahendran and Vedaldi (arXiv 1412.0035) minimise, for pixels x of 0 to 255 less the mean and their usual norm s,

    |Phi(x) - Phi_0|^2 / |Phi_0|^2 + (lambda_V sum(dx^2 + dy^2) + lambda_alpha sum(x^6)) / s^2

by steps of r s^2 times the gradient (their code halves the lambdas that it is given; these are halved). s^2 grows with
the number n of values in an image, n 255^2 RMS^2. With x / 255 and means in place of sums, the weights are therefore
lambda_V / RMS^2 and lambda_alpha 255^4 / RMS^2, and the rate is r RMS^2 for n times the gradient. Opposed to the paper,
dx^2 + dy^2 is measured on nine points, not on three; see `TotalVariation`.
"""

from dataclasses import dataclass
from typing import Any

from nst_tf.errors import SettingError
from nst_tf.recipes.common_settings import (
    model_setting,
    objective,
    plateau_setting,
    preprocessing_setting,
    schedule,
    seed_setting,
)
from nst_tf.settings import Presets, Served, describe, setting

__all__ = ["NATURAL_RMS", "PRESETS", "SIZE", "ReconstructSettings"]

SIZE = 160  # pixels on the longest side, unless it is set or the network takes another size
NATURAL_RMS = 2.7098e4 / 255 / (3 * 227 * 227) ** 0.5  # of natural images less their mean: the authors' s for 227x227
PAPER_TV = tuple(weight / NATURAL_RMS**2 for weight in (0.5, 5.0, 50.0))
PAPER_ALPHA = 4e-10 * 255**4 / NATURAL_RMS**2
PAPER_RATES = tuple(0.004 * factor * NATURAL_RMS**2 for factor in (1.0, 0.1, 0.01))

SIZES = f"longest side of the result (default: {SIZE}, or what the network takes)"
SERVED_SIZE = Served(32, 512, default=SIZE, help="longest side of the result")
RESTARTS = "from how many noises to start, all in one batch; the nearest result is written"
SMOOTHER = (
    "weight of the total variation for shallow, middle and deep layers; the last number holds for all that follow"
)
ALPHA = "weight of the alpha-norm, which keeps pixels from black and white; likewise"
NOISE = "root mean square of the noise to start from, around the mean colour of photographs"
CANVAS = "what is optimised: coefficients of waves, or pixels"
OPTIMIZER = "how it is optimised; momentum leaves pixels unbounded until the end"
STEPS = "evaluations for each layer; with momentum, of each phase"
SERVED_STEPS = Served(1, 500, scalar=True, help="evaluations, at most")
RATES = "learning rate of each phase of momentum"


@describe
@dataclass(frozen=True)
class ReconstructSettings:
    """How a representation is inverted. The defaults are the preset `default`.

    The network computes in float32 on every machine: how much of an image a layer keeps is to be measured, and in
    bfloat16 an early layer is inverted with several times the error once there are no priors and many evaluations.

    `model` may also be a `keras.Model` for images in [0, 1]. Layers are shallow, middle and deep if their units see
    less than 60 pixels, less than 150, and more.
    """

    size: int | None = setting(None, SIZES, "PIXELS", least=1, served=SERVED_SIZE)
    model: Any = model_setting()
    preprocessing: str | None = preprocessing_setting()
    restarts: int = setting(1, RESTARTS, "NUMBER", least=1)
    tv_weight: tuple[float, ...] = objective((0.1, 0.5, 2.0), SMOOTHER, "WEIGHT,...", least=0, filled=True)
    alpha: float = objective(6.0, "of the alpha-norm", "POWER", least=2)
    alpha_weight: tuple[float, ...] = objective((0.0, 1.0, 20.0), ALPHA, "WEIGHT,...", least=0, filled=True)
    noise: float = setting(0.005, NOISE, "DEVIATION", least=0)
    canvas: str = schedule("fourier", CANVAS, "KIND", choices=("fourier", "pixels"))
    optimizer: str = schedule("lbfgs", OPTIMIZER, "NAME", choices=("lbfgs", "momentum"))
    steps: tuple[int, ...] = schedule((100,), STEPS, "NUMBER,...", least=1, filled=True, served=SERVED_STEPS)
    rates: tuple[float, ...] = schedule(PAPER_RATES[:1], RATES, "RATE,...", least=1e-9, filled=True)
    plateau: float = plateau_setting(1e-3)
    seed: int = seed_setting("of the noise")


def _check(settings: ReconstructSettings) -> None:
    if len(settings.steps) != len(settings.rates):
        raise SettingError(
            f"steps is {settings.steps} and rates is {settings.rates}; both must have a number for each phase",
            "steps",
            "rates",
        )
    if settings.optimizer == "lbfgs" and len(settings.steps) > 1:
        raise SettingError(f"steps is {settings.steps}; only momentum has phases, L-BFGS takes one number", "steps")


PRESETS = Presets(
    {
        "default": ReconstructSettings(),
        "draft": ReconstructSettings(size=96, steps=(60,)),
        "mahendran": ReconstructSettings(
            canvas="pixels",
            tv_weight=PAPER_TV,
            alpha_weight=(PAPER_ALPHA,),
            noise=NATURAL_RMS,
            optimizer="momentum",
            steps=(100, 200, 100),
            rates=PAPER_RATES,
            plateau=0.0,
        ),
    },
    check=_check,
)
