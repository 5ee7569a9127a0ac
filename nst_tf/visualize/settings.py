"""What can be set where a network is looked at. Needs no TensorFlow."""

from dataclasses import dataclass
from typing import Any

from nst_tf.settings import Presets, describe, setting

__all__ = [
    "DIAGNOSIS",
    "OCCLUSION",
    "PROJECTION",
    "RULES",
    "SEARCH",
    "SEEDS",
    "DiagnosisSettings",
    "OcclusionSettings",
    "ProjectionSettings",
    "SearchSettings",
]

RULES = ("deconvnet", "guided", "gradient")
SEEDS = ("activation", "one")
LAYER = "layer whose strongest filter is watched; by default the deepest feature maps"


def batch_setting(default: int, what: str) -> Any:
    return setting(default, f"{what} at once", "NUMBER", least=1)


def rule_setting() -> Any:
    return setting("deconvnet", "how to project; guided is backpropagation", "RULE", choices=RULES)


@describe
@dataclass(frozen=True)
class ProjectionSettings:
    """How what excites a filter is projected to the pixels."""

    rule: str = rule_setting()
    seed: str = setting("activation", "project the activation itself, or one in its place", "WHAT", choices=SEEDS)


@describe
@dataclass(frozen=True)
class SearchSettings:
    """How images are searched for what filters respond to most."""

    layers: tuple[str, ...] = setting((), "layers to look at; by default all rectified feature maps", "LAYER,...")
    rule: str = rule_setting()
    side: int | None = setting(
        None,
        "of the square images as the network sees them; by default what it takes, else 224",
        "PIXELS",
        least=1,
        also=("size",),
    )
    batch: int = batch_setting(16, "images")


@describe
@dataclass(frozen=True)
class OcclusionSettings:
    """How an image is covered, one place after the other."""

    layer: str | None = setting(None, LAYER, "LAYER")
    size: int | None = setting(
        None, "side of the square; by default a fifth of the image's shorter one", "PIXELS", least=1
    )
    stride: int | None = setting(None, "between its places; by default a fifth of the square", "PIXELS", least=1)
    value: float = setting(0.5, "of the square, from 0, black, to 1, white", "GREY", least=0, most=1)
    batch: int = batch_setting(32, "covered images")


@describe
@dataclass(frozen=True)
class DiagnosisSettings:
    """How a network is shown the images that it is measured by."""

    side: int = setting(224, "of the square images, for a network that takes any size", "PIXELS", least=1)
    batch: int = batch_setting(8, "images")


PROJECTION = Presets({"default": ProjectionSettings()})
SEARCH = Presets({"default": SearchSettings()})
OCCLUSION = Presets({"default": OcclusionSettings()})
DIAGNOSIS = Presets({"default": DiagnosisSettings()})
