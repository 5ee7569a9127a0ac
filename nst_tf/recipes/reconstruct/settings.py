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

from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.errors import InputError
from nst_tf.settings.presets import Presets

__all__ = ["NATURAL_RMS", "PRESETS", "ReconstructSettings"]

NATURAL_RMS = 2.7098e4 / 255 / (3 * 227 * 227) ** 0.5  # of natural images less their mean: the authors' s for 227x227
PAPER_TV = tuple(weight / NATURAL_RMS**2 for weight in (0.5, 5.0, 50.0))
PAPER_ALPHA = 4e-10 * 255**4 / NATURAL_RMS**2
PAPER_RATES = tuple(0.004 * factor * NATURAL_RMS**2 for factor in (1.0, 0.1, 0.01))


@dataclass(frozen=True)
class ReconstructSettings:
    """How a representation is inverted. The defaults are the preset `default`.

    Attributes:
        size: Longest side of the picture in pixels; `None` for 160, or for the size that a dense layer needs.
        model: The network: a name or a path, see `open_network`, or a `keras.Model` for images in [0, 1].
        preprocessing: What a network from a file takes, see `open_network`.
        restarts: From how many different noises to start; the picture is the one that comes nearest.
        canvas: What is optimised: `"fourier"`, coefficients of waves with a 1/f spectrum in independent colours, or
            `"pixels"`.
        tv_weight: Of the total variation, for layers that see little, more and most of the image at once (less than 60
            pixels, less than 150, and more); the last number holds for all that follow.
        alpha: Power of the alpha-norm.
        alpha_weight: Of the alpha-norm, which keeps pixels from black and white; likewise.
        noise: Root mean square of the noise to start from, around the mean colour of natural images.
        optimizer: `"lbfgs"`, or `"momentum"`, which leaves pixels unbounded until the end.
        steps: Evaluations; with momentum, those of each of its phases.
        rates: Learning rate of each phase of momentum.
        plateau: It ends when the loss falls by less than this fraction per evaluation; 0 never ends it early.
        seed: Of the noise; the same seed, input and machine give the same picture.
    """

    size: int | None = None
    model: Any = "vgg16"
    preprocessing: str | None = None
    restarts: int = 1
    canvas: str = "fourier"
    tv_weight: tuple[float, ...] = (0.1, 0.5, 2.0)
    alpha: float = 6.0
    alpha_weight: tuple[float, ...] = (0.0, 1.0, 20.0)
    noise: float = 0.005
    optimizer: str = "lbfgs"
    steps: tuple[int, ...] = (100,)
    rates: tuple[float, ...] = PAPER_RATES[:1]
    plateau: float = 1e-3
    seed: int = 0


def _check(settings: ReconstructSettings) -> None:
    for name in ("tv_weight", "alpha_weight", "steps", "rates"):
        if not getattr(settings, name):
            raise InputError(f"{name} is empty; it must be one or more numbers")
    if len(settings.steps) != len(settings.rates):
        raise InputError(
            f"steps is {settings.steps} and rates is {settings.rates}; both must have a number for each phase"
        )
    if settings.optimizer == "lbfgs" and len(settings.steps) > 1:
        raise InputError(f"steps is {settings.steps}; only momentum has phases, L-BFGS takes one number")


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
    choices={
        "preprocessing": (None, *PREPROCESSING),
        "canvas": ("fourier", "pixels"),
        "optimizer": ("lbfgs", "momentum"),
    },
    least={
        "size": 1,
        "restarts": 1,
        "tv_weight": 0,
        "alpha": 2,
        "alpha_weight": 0,
        "noise": 0,
        "steps": 1,
        "rates": 1e-9,
        "plateau": 0,
    },
    check=_check,
)
