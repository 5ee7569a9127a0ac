"""What can be set in style transfer, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nst_tf.one_pass.settings import (
    precision_setting,
    preserve_color_setting,
    preview_setting,
    strength_setting,
    style_blend_setting,
    style_scale_setting,
    swap_setting,
    tile_setting,
)
from nst_tf.recipes.common_settings import (
    RATIOS,
    growth_setting,
    model_setting,
    objective,
    padding_setting,
    plateau_setting,
    pooling_setting,
    preprocessing_setting,
    schedule,
    seed_setting,
    size_setting,
    steps_setting,
    tv_weight_setting,
)
from nst_tf.settings import Presets, Served, describe, setting

__all__ = ["INITS", "PRESETS", "StylizeSettings"]

GATYS_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}
GATYS_RATIO = 1e-3  # alpha / beta, for features of a network that was fed pixels of 0 to 255
CAFFE_UNIT = 57.6  # of such features for one of ours, whose pixels are divided by 0.226; losses scale as F^2 and F^4
CONTENT_LAYERS = {"relu3_1": 1.0, "relu4_1": 1.0}
FINE_LAYERS = {"relu1_1": 256.0, "relu2_1": 64.0, "relu3_1": 16.0, "relu4_1": 4.0}
# relu5_1 costs a fifth of an evaluation and made no difference to be seen, so only the preset `quality` looks at it.
ALL_LAYERS = {**FINE_LAYERS, "relu5_1": 1.0}
LAYERS = "LAYER=WEIGHT,..."
SQUARES = "mean of the squared differences of features, or half their sum as in Gatys' paper"
STATISTICS = "how the statistics of features are compared"
START = "what to start from: fast (the picture of --fast), content, noise or an image file"
PATCHES = "weight of the distance of each place to the place of the style that is nearest to it; crisper strokes"
ROUNDS = "how often on each scale those places are sought"
STARTS = Served(choices=("fast", "content", "noise"), help="what to start from: fast (one pass), content or noise")
INITS = ("content", "fast", "noise")


@describe
@dataclass(frozen=True)
class StylizeSettings:
    """How a picture is stylised. The defaults are the preset `default`.

    `size` and other lengths are in pixels; `init` is a word or, in Python, an image `(height, width, 3)` in [0, 1]. Of
    the weights of layers only the ratios matter.
    """

    size: int = size_setting(512, 1024)
    strength: float = strength_setting(0.7)
    model: str = model_setting()
    preprocessing: str | None = preprocessing_setting()
    pooling: str = pooling_setting()
    padding: str | None = padding_setting()
    precision: str = precision_setting("network")
    content_layers: Mapping[str, float] = objective(CONTENT_LAYERS, "layers of the content loss", LAYERS, **RATIOS)
    style_layers: Mapping[str, float] = objective(FINE_LAYERS, "layers of the style loss", LAYERS, **RATIOS)
    content_loss: str = objective("mean", SQUARES, "KIND", choices=("mean", "sum"))
    style_loss: str = objective("wasserstein", STATISTICS, "KIND", choices=("wasserstein", "gram"))
    style_weight: float = objective(1.0, "weight of the style loss", "WEIGHT", least=0, served=Served(0, 100))
    content_weight: float = objective(0.02, "weight of the content loss", "WEIGHT", least=0, served=Served(0, 100))
    swap: float = swap_setting(1.0, "objective", served=None)
    patch_weight: float = objective(0.3, PATCHES, "WEIGHT", least=0)
    rounds: int = schedule(2, ROUNDS, "NUMBER", least=1)
    tv_weight: float = tv_weight_setting(2.0)
    style_scale: float = style_scale_setting("objective")
    style_blend: tuple[float, ...] = style_blend_setting("objective")
    optimizer: str = schedule("lbfgs", "how the picture is optimised", "NAME", choices=("lbfgs", "adam"))
    first_size: int = schedule(128, "longest side of the coarsest scale", "PIXELS", least=1)
    growth: float = growth_setting()
    steps: tuple[int, ...] = steps_setting((40, 25, 15), 200)
    plateau: float = plateau_setting(1e-3)
    init: Any = setting("fast", START, "START", names=INITS, served=STARTS)
    preserve_color: str | None = preserve_color_setting()
    seed: int = seed_setting("of the noise")
    tile: int = tile_setting("schedule")
    preview: bool = preview_setting()


PRESETS = Presets(
    {
        "default": StylizeSettings(),
        "draft": StylizeSettings(steps=(20, 10), rounds=1),
        "quality": StylizeSettings(style_layers=ALL_LAYERS, growth=1.42, steps=(60, 40), rounds=3),
        "wasserstein": StylizeSettings(
            strength=1.0,
            swap=0.0,
            patch_weight=0.0,
            content_layers={"relu4_2": 1.0},
            content_weight=0.015,
            steps=(40, 25, 25),
            init="content",
        ),
        "gatys": StylizeSettings(
            strength=1.0,
            swap=0.0,
            patch_weight=0.0,
            content_layers={"relu4_2": 1.0},
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
    }
)
