"""What can be set in DeepDream, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from nst_tf.errors import InputError
from nst_tf.settings.presets import Presets

__all__ = ["PRESETS", "DreamSettings"]


@dataclass(frozen=True)
class DreamSettings:
    """How an image is dreamt on. The defaults are the preset `default`.

    Attributes:
        size: Longest side of the result in pixels.
        from_noise: Whether to start from noise of the image's shape instead of the image.
        seed: Of the noise and the jitter; the same seed, input and machine give the same picture.
        model: The network; see `open_network`.
        preprocessing: What range of pixels a network from a file takes; see `open_network`.
        layers: What to enhance, and the weight of each: `LAYER`, `LAYER:CHANNEL`, or `LAYER:CHANNEL:Y:X` for what one
            channel sees at this fraction of the height and of the width. If there are several, each is measured in
            units of its value at the start of the octave. A negative weight suppresses.
        octaves: How many sizes there are, coarse to fine.
        octave_scale: How much larger each octave is than the one before.
        steps: Evaluations on each octave, coarse to fine; the last number holds for all octaves after it.
        step_size: Mean change of a pixel in a step, of 255.
        jitter: How far the image is rolled at random before a step, at most, in pixels.
        tile: Side in pixels of the tiles on which gradients are computed one after the other, for images larger than
            memory; 0 computes them on the whole image.
    """

    plateau: ClassVar[float] = 0.0  # a dream has no optimum that it could come to

    size: int = 512
    from_noise: bool = False
    seed: int = 0
    model: str = "vgg16"
    preprocessing: str | None = None
    layers: Mapping[str, float] = field(default_factory=lambda: {"relu4_3": 1.0, "relu5_2": 1.0})
    octaves: int = 4
    octave_scale: float = 1.4
    steps: tuple[int, ...] = (10,)
    step_size: float = 1.5
    jitter: int = 32
    tile: int = 0


def _check(settings: DreamSettings) -> None:
    if not any(settings.layers.values()):
        raise InputError(f"layers is {dict(settings.layers)}; it must have a layer whose weight is not 0")
    if not settings.steps:
        raise InputError(f"steps is {settings.steps}; it must be one or more numbers, each 1 or more")
    if settings.octave_scale <= 1:
        raise InputError(f"octave_scale is {settings.octave_scale}; it must be above 1")
    if settings.step_size <= 0:
        raise InputError(f"step_size is {settings.step_size}; it must be above 0")


PRESETS = Presets(
    {
        "default": DreamSettings(),
        "deepdream2015": DreamSettings(layers={"relu4_3": 1.0}),
    },
    choices={"preprocessing": (None, "unit", "0-255", "tf", "caffe", "torch")},
    least={"size": 1, "octaves": 1, "steps": 1, "jitter": 0, "tile": 0},
    check=_check,
)
