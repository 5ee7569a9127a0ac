"""What can be set in style transfer, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.errors import InputError
from nst_tf.settings.presets import Presets, check_weights

__all__ = ["PRESETS", "StylizeSettings"]

GATYS_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}
GATYS_RATIO = 1e-3  # alpha / beta, for features of a network that was fed pixels of 0 to 255
LARGEST_STYLE_SCALE = 8
CAFFE_UNIT = 57.6  # of such features for one of ours, whose pixels are divided by 0.226; losses scale as F^2 and F^4
FINE_LAYERS = {"relu1_1": 256.0, "relu2_1": 64.0, "relu3_1": 16.0, "relu4_1": 4.0}
# relu5_1 costs a fifth of an evaluation and made no difference to be seen, so only the preset `quality` looks at it.
ALL_LAYERS = {**FINE_LAYERS, "relu5_1": 1.0}


@dataclass(frozen=True)
class StylizeSettings:
    """How a picture is stylised. The defaults are the preset `default`.

    Attributes:
        size: Longest side of the result in pixels.
        model: The network: a name, `"keras:NAME"` or a path; see `open_network`. The weights of the presets are for the
            layers of VGG.
        preprocessing: What a network from a file takes; see `open_network`.
        pooling: `"max"` as trained, `"average"` or `"l2"`; the latter two of networks in `WEIGHTS` only.
        padding: Of the first convolution, `"zero"` as trained or `"replicate"`, which leaves no frame along the border
            and can be given to networks in `WEIGHTS` only; `None` is the latter wherever it can be given.
        content_layers: Weight of each layer of the content loss; only their ratios matter.
        style_layers: Weight of each layer of the style loss; only their ratios matter.
        content_loss: `"mean"` of the squared differences of features, or `"sum"`, half their sum as in Gatys' paper.
        content_weight: Of the content loss.
        style_weight: Of the style loss.
        tv_weight: Of the total variation.
        style_loss: `"wasserstein"` or `"gram"`.
        style_scale: Size of the style image, relative to the picture's longest side; larger makes larger strokes.
        style_blend: Share of each style image; `()` means equal shares.
        optimizer: `"lbfgs"` or `"adam"`.
        init: What to start from: `"content"`; `"fast"`, the picture by one pass of the network for any style, which
            takes the place of the coarsest scale; `"noise"`; or an image `(height, width, 3)` in [0, 1].
        first_size: Longest side of the coarsest scale in pixels.
        growth: How much larger each scale is than the one before, at most.
        steps: Evaluations on each scale, coarse to fine; the last number holds for all scales after it.
        plateau: A scale ends when the loss falls by less than this fraction per evaluation; 0 never ends it early.
        preserve_color: `None`, `"luminance"` (the content's chroma) or `"histogram"` (the style's colours are first
            matched to the content's).
        seed: Of the noise; the same seed, input and machine give the same picture.
    """

    size: int = 512
    model: str = "vgg16"
    preprocessing: str | None = None
    pooling: str = "max"
    padding: str | None = None
    content_layers: Mapping[str, float] = field(default_factory=lambda: {"relu4_2": 1.0})
    style_layers: Mapping[str, float] = field(default_factory=lambda: dict(FINE_LAYERS))
    content_loss: str = "mean"
    content_weight: float = 0.015
    style_weight: float = 1.0
    tv_weight: float = 2.0
    style_loss: str = "wasserstein"
    style_scale: float = 1.0
    style_blend: tuple[float, ...] = ()
    optimizer: str = "lbfgs"
    init: Any = "content"
    first_size: int = 128
    growth: float = 2.0
    steps: tuple[int, ...] = (40, 25, 25)
    plateau: float = 1e-3
    preserve_color: str | None = None
    seed: int = 0


def _check(settings: StylizeSettings) -> None:
    for name in ("content_layers", "style_layers"):
        check_weights(name, tuple(getattr(settings, name).values()))
    if settings.style_blend:
        check_weights("style_blend", settings.style_blend)
    if not 0 < settings.style_scale <= LARGEST_STYLE_SCALE:
        raise InputError(f"style_scale is {settings.style_scale}; it must be above 0 and at most {LARGEST_STYLE_SCALE}")
    if settings.growth <= 1:
        raise InputError(f"growth is {settings.growth}; it must be above 1")
    if not settings.steps:
        raise InputError(f"steps is {settings.steps}; it must be one or more numbers, each 1 or more")


PRESETS = Presets(
    {
        "default": StylizeSettings(),
        "draft": StylizeSettings(steps=(30, 10)),
        "quality": StylizeSettings(style_layers=ALL_LAYERS, growth=1.42, steps=(120, 60)),
        "gatys": StylizeSettings(
            pooling="average",
            padding="zero",
            content_loss="sum",
            content_weight=GATYS_RATIO / CAFFE_UNIT**2,
            style_layers=GATYS_LAYERS,
            style_loss="gram",
            tv_weight=0.0,
            init="noise",
            first_size=512,
            steps=(500,),
            plateau=0.0,
        ),
    },
    choices={
        "preprocessing": (None, *PREPROCESSING),
        "pooling": ("max", "average", "l2"),
        "padding": (None, "zero", "replicate"),
        "content_loss": ("mean", "sum"),
        "style_loss": ("wasserstein", "gram"),
        "optimizer": ("lbfgs", "adam"),
        "preserve_color": (None, "luminance", "histogram"),
    },
    least={
        "size": 1,
        "first_size": 1,
        "content_weight": 0,
        "style_weight": 0,
        "tv_weight": 0,
        "steps": 1,
        "plateau": 0,
    },
    check=_check,
)
