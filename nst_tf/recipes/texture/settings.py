"""What can be set in texture synthesis, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.errors import InputError
from nst_tf.settings.presets import Presets, check_weights

__all__ = ["PRESETS", "TextureSettings"]

GATYS_LAYERS = dict.fromkeys(("relu1_1", "pool1", "pool2", "pool3", "pool4"), 1e9)
# Equal weights leave specks of wrong colours.
FINE_LAYERS = {"relu1_1": 16.0, "relu2_1": 4.0, "relu3_1": 2.0, "relu4_1": 1.0}
LARGEST_SOURCE_SCALE = 8


@dataclass(frozen=True)
class TextureSettings:
    """How a texture is made. The defaults are the preset `default`.

    Attributes:
        size: Longest side of the result in pixels, in the source's aspect ratio, or its `(height, width)`.
        model: The network: a name, `"keras:NAME"` or a path; see `open_network`. One in `WEIGHTS` is rescaled to mean
            activations of 1; see `rescale`.
        preprocessing: What a network from a file takes; see `open_network`.
        pooling: `"max"` as trained, `"average"`, `"l2"` or `"mean"`; the latter three of networks in `WEIGHTS` only.
        padding: Of the first convolution, `"zero"` as trained or `"replicate"`, for networks in `WEIGHTS` only; `None`
            is the latter wherever it can be given. Of a `tileable` picture it pads the source only.
        layers: Weight of the loss of each layer, from the first to the last.
        parameters: The most numbers that may describe the texture: no more of the first `layers` are looked at than
            have this many entries in their Gram matrices, each pair of channels counted once; `None` for all layers.
        texture_loss: `"wasserstein"` or `"gram"`.
        tv_weight: Of the total variation.
        tileable: Whether the picture is to repeat without a seam. Its sides are then multiples of the network's stride,
            16 for layers up to VGG's fourth pooling.
        source_scale: Size of what the source shows, relative to its own, or to the result's where the source is larger.
        source_blend: Share of each source; `()` means equal shares.
        match_histogram: Whether the result is given the source's histogram in each channel at the end.
        corrections: How many pairs L-BFGS remembers.
        first_size: Longest side of the source on the coarsest scale in pixels.
        growth: How much larger each scale is than the one before, at most.
        steps: Evaluations on each scale, coarse to fine; the last number holds for all scales after it.
        plateau: A scale ends when the loss falls by less than this fraction per evaluation; 0 never ends it early.
        seed: Of the noise that all begins with; the same seed, input and machine give the same picture.
    """

    size: int | tuple[int, int] = 512
    model: str = "vgg16"
    preprocessing: str | None = None
    pooling: str = "max"
    padding: str | None = None
    layers: Mapping[str, float] = field(default_factory=lambda: dict(FINE_LAYERS))
    parameters: int | None = None
    texture_loss: str = "wasserstein"
    tv_weight: float = 0.0
    tileable: bool = False
    source_scale: float = 1.0
    source_blend: tuple[float, ...] = ()
    match_histogram: bool = True
    corrections: int = 10
    first_size: int = 128  # at 64, so few positions are left that the arrangement is copied, too
    growth: float = 2.0
    steps: tuple[int, ...] = (60, 50, 40)
    plateau: float = 0.0
    seed: int = 0


def _check(settings: TextureSettings) -> None:
    check_weights("layers", tuple(settings.layers.values()))
    if settings.source_blend:
        check_weights("source_blend", settings.source_blend)
    if not 0 < settings.source_scale <= LARGEST_SOURCE_SCALE:
        raise InputError(
            f"source_scale is {settings.source_scale}; it must be above 0 and at most {LARGEST_SOURCE_SCALE}"
        )
    if settings.growth <= 1:
        raise InputError(f"growth is {settings.growth}; it must be above 1")
    if not settings.steps:
        raise InputError(f"steps is {settings.steps}; it must be one or more numbers, each 1 or more")


PRESETS = Presets(
    {
        "default": TextureSettings(),
        "gatys": TextureSettings(
            size=256,
            pooling="mean",
            padding="zero",
            layers=GATYS_LAYERS,
            texture_loss="gram",
            corrections=20,
            first_size=2**16,  # one scale
            steps=(2000,),
        ),
    },
    choices={
        "preprocessing": (None, *PREPROCESSING),
        "pooling": ("max", "average", "l2", "mean"),
        "padding": (None, "zero", "replicate"),
        "texture_loss": ("wasserstein", "gram"),
    },
    least={
        "size": 1,
        "layers": 0,
        "parameters": 1,
        "tv_weight": 0,
        "corrections": 1,
        "first_size": 1,
        "steps": 1,
        "plateau": 0,
    },
    check=_check,
)
