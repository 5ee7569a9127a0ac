"""What can be set in the visualisation of features, and the presets."""

from dataclasses import dataclass
from typing import Any, ClassVar

from nst_tf.settings.presets import Presets

__all__ = ["PRESETS", "FeatureSettings"]


@dataclass(frozen=True)
class FeatureSettings:
    """How features are visualised. The defaults are the preset `default`.

    Attributes:
        model: The network: a name or a path, see `open_network`, or a `keras.Model` for images in [0, 1].
        preprocessing: What a network from a file takes, see `open_network`.
        size: Side of each picture in pixels; `None` for 128, or for the size that the network needs for its classes.
        variants: Pictures of each feature.
        diversity: Weight of the similarity of the variants of a feature; more makes them differ more.
        canvas: What is optimised: `"fourier"`, coefficients of waves with a 1/f spectrum, or `"pixels"`.
        decorrelate: Whether in colours that are independent in photographs, or in red, green and blue.
        jitter: The farthest random shift before each step, in pixels.
        zoom: The largest random change of scale; 0.1 is 0.9 to 1.1.
        rotate: The farthest random turn in degrees.
        tv_weight: Of the total variation; more is smoother.
        l2_weight: Of the squared distance from the mean colour of photographs; more is paler.
        rate: Learning rate of Adam.
        steps: Of the optimisation.
        seed: Of the noise that it starts from, and of the transforms; the same seed and machine give the same pictures.
    """

    model: Any = "vgg16"
    preprocessing: str | None = None
    size: int | None = None
    variants: int = 1
    diversity: float = 0.0
    canvas: str = "fourier"
    decorrelate: bool = True
    jitter: float = 6.0
    zoom: float = 0.1
    rotate: float = 10.0
    tv_weight: float = 0.0
    l2_weight: float = 0.0
    rate: float = 0.05
    steps: int = 128
    seed: int = 0

    plateau: ClassVar[float] = 0.0  # the value goes up and down with the transforms, and says nothing about the end


PRESETS = Presets(
    {
        "default": FeatureSettings(),
        "draft": FeatureSettings(steps=48),
        "lucid": FeatureSettings(steps=512),
    },
    choices={
        "preprocessing": (None, "unit", "0-255", "tf", "caffe", "torch"),
        "canvas": ("fourier", "pixels"),
    },
    least={
        "size": 1,
        "variants": 1,
        "diversity": 0,
        "jitter": 0,
        "zoom": 0,
        "rotate": 0,
        "tv_weight": 0,
        "l2_weight": 0,
        "rate": 1e-6,
        "steps": 1,
    },
    most={"zoom": 0.9},
)
