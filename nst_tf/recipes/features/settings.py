"""What can be set in the visualisation of features, and the presets."""

from dataclasses import dataclass
from typing import Any, ClassVar

from nst_tf.one_pass.settings import precision_setting
from nst_tf.recipes.common_settings import (
    LARGEST_SEED,
    model_setting,
    objective,
    preprocessing_setting,
    schedule,
    tv_weight_setting,
)
from nst_tf.settings import Presets, describe, setting

__all__ = ["PRESETS", "FeatureSettings"]

SIZE = "side of each picture (default: 128, or what the network takes for its classes)"
DIVERSITY = "weight of the similarity of these; more makes them differ more"
CANVAS = "what is optimised: waves with the spectrum of photographs, or pixels"
PALER = "weight of the squared distance from a mean colour; more is paler"
SEED = "of the noise and of the transforms; the same seed gives the same pictures"


@describe
@dataclass(frozen=True)
class FeatureSettings:
    """How features are visualised. The defaults are the preset `default`.

    `model` may also be a `keras.Model` for images in [0, 1], which computes as its layers were made.
    """

    plateau: ClassVar[float] = 0.0  # the value goes up and down with the transforms, and says nothing about the end

    size: int | None = setting(None, SIZE, "PIXELS", least=1)
    model: Any = model_setting()
    preprocessing: str | None = preprocessing_setting()
    precision: str = precision_setting("network")
    variants: int = setting(1, "pictures of each feature", "NUMBER", least=1)
    diversity: float = setting(0.0, DIVERSITY, "WEIGHT", least=0)
    canvas: str = setting("fourier", CANVAS, "KIND", choices=("fourier", "pixels"))
    decorrelate: bool = setting(True, "optimise in colours that are independent in photographs")
    jitter: float = objective(6.0, "the farthest random shift before each step", "PIXELS", least=0)
    zoom: float = objective(0.1, "the largest random change of scale", "FRACTION", least=0, most=0.9)
    rotate: float = objective(10.0, "the farthest random turn", "DEGREES", least=0)
    tv_weight: float = tv_weight_setting(0.0)
    l2_weight: float = objective(0.0, PALER, "WEIGHT", least=0)
    steps: int = schedule(128, "of the optimisation", "NUMBER", least=1)
    rate: float = schedule(0.05, "learning rate of Adam", "RATE", least=1e-6)
    seed: int = setting(0, SEED, "NUMBER", least=0, most=LARGEST_SEED)


PRESETS = Presets(
    {"default": FeatureSettings(), "draft": FeatureSettings(steps=48), "lucid": FeatureSettings(steps=512)}
)
