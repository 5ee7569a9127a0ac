"""What can be set in the visualisation of features, and the presets."""

from dataclasses import dataclass
from typing import Any, ClassVar

from nst_tf.recipes.common_settings import LARGEST_SEED, model_setting, preprocessing_setting
from nst_tf.settings import Presets, describe, setting

__all__ = ["PRESETS", "FeatureSettings"]


@describe
@dataclass(frozen=True)
class FeatureSettings:
    """How features are visualised. The defaults are the preset `default`.

    `model` may also be a `keras.Model` for images in [0, 1].
    """

    plateau: ClassVar[float] = 0.0  # the value goes up and down with the transforms, and says nothing about the end

    size: int | None = setting(
        None, "side of each picture (default: 128, or what the network takes for its classes)", unit="PIXELS", least=1
    )
    model: Any = model_setting()
    preprocessing: str | None = preprocessing_setting()
    variants: int = setting(1, "pictures of each feature", unit="NUMBER", least=1)
    diversity: float = setting(
        0.0, "weight of the similarity of these; more makes them differ more", unit="WEIGHT", least=0
    )
    canvas: str = setting(
        "fourier",
        "what is optimised: waves with the spectrum of photographs, or pixels",
        unit="KIND",
        choices=("fourier", "pixels"),
    )
    decorrelate: bool = setting(True, "optimise in colours that are independent in photographs")
    jitter: float = setting(
        6.0, "the farthest random shift before each step", unit="PIXELS", group="objective", least=0
    )
    zoom: float = setting(
        0.1, "the largest random change of scale", unit="FRACTION", group="objective", least=0, most=0.9
    )
    rotate: float = setting(10.0, "the farthest random turn", unit="DEGREES", group="objective", least=0)
    tv_weight: float = setting(
        0.0, "weight of the total variation; more is smoother", unit="WEIGHT", group="objective", least=0
    )
    l2_weight: float = setting(
        0.0,
        "weight of the squared distance from a mean colour; more is paler",
        unit="WEIGHT",
        group="objective",
        least=0,
    )
    steps: int = setting(128, "of the optimisation", unit="NUMBER", group="schedule", least=1)
    rate: float = setting(0.05, "learning rate of Adam", unit="RATE", group="schedule", least=1e-6)
    seed: int = setting(
        0,
        "of the noise and of the transforms; the same seed gives the same pictures",
        unit="NUMBER",
        least=0,
        most=LARGEST_SEED,
    )


PRESETS = Presets(
    {"default": FeatureSettings(), "draft": FeatureSettings(steps=48), "lucid": FeatureSettings(steps=512)}
)
