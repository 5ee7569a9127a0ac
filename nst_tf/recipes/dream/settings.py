"""What can be set in DeepDream, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nst_tf.errors import SettingError
from nst_tf.one_pass.settings import precision_setting
from nst_tf.recipes.common_settings import (
    model_setting,
    objective,
    preprocessing_setting,
    schedule,
    seed_setting,
    size_setting,
    steps_setting,
)
from nst_tf.settings import Presets, Served, describe, setting

__all__ = ["PRESETS", "DreamSettings"]

LARGER = "how much larger each octave is than the one before"
STEPS = "steps on each octave, coarse to fine; the last number holds for all that follow"
TILE = (
    "side of tiles on which gradients are computed one after the other, for images larger than memory; 0 computes them "
    "on the whole image"
)
LAYERS = (
    "what to enhance: LAYER, LAYER:CHANNEL, or LAYER:CHANNEL:Y:X for one place, at these fractions of height and width"
)
WEIGHTS = Served(-100, 100, name="weights", help="how much to enhance each layer that the model was made for")


@describe
@dataclass(frozen=True)
class DreamSettings:
    """How an image is dreamt on. The defaults are the preset `default`.

    If there are several layers, each is measured in units of its value at the start of the octave. A negative weight
    suppresses.
    """

    plateau: ClassVar[float] = 0.0  # a dream has no optimum that it could come to

    size: int = size_setting(512, 1024)
    from_noise: bool = setting(False, "start from noise, of the image's shape or, without an image, a square")
    model: str = model_setting()
    preprocessing: str | None = preprocessing_setting()
    precision: str = precision_setting("network")
    octaves: int = schedule(4, "how many sizes to dream on, coarse to fine", "NUMBER", least=1, served=Served(1, 8))
    octave_scale: float = schedule(1.4, LARGER, "FACTOR", above=1, served=Served(1.1, 2))
    steps: tuple[int, ...] = steps_setting((10,), 50, STEPS)
    step_size: float = schedule(1.5, "mean change of a pixel in a step, of 255", "CHANGE", above=0)
    jitter: int = schedule(32, "how far the image is rolled at random before a step, at most", "PIXELS", least=0)
    tile: int = schedule(0, TILE, "PIXELS", least=0)
    layers: Mapping[str, float] = objective(
        {"relu4_3": 1.0, "relu5_2": 1.0}, LAYERS, "LAYER=WEIGHT,...", served=WEIGHTS
    )
    seed: int = seed_setting("of the noise and the jitter")


def _check(settings: DreamSettings) -> None:
    if not any(settings.layers.values()):
        raise SettingError(f"layers is {dict(settings.layers)}; it must have a layer whose weight is not 0", "layers")


PRESETS = Presets(
    {"default": DreamSettings(), "deepdream2015": DreamSettings(layers={"relu4_3": 1.0})},
    check=_check,
)
