"""What can be set in style transfer, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nst_tf.one_pass.settings import preserve_color_setting, style_blend_setting, style_scale_setting
from nst_tf.recipes.common_settings import (
    growth_setting,
    model_setting,
    padding_setting,
    plateau_setting,
    pooling_setting,
    preprocessing_setting,
    seed_setting,
    steps_setting,
)
from nst_tf.settings import Presets, Served, describe, setting

__all__ = ["INITS", "PRESETS", "StylizeSettings"]

GATYS_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}
GATYS_RATIO = 1e-3  # alpha / beta, for features of a network that was fed pixels of 0 to 255
CAFFE_UNIT = 57.6  # of such features for one of ours, whose pixels are divided by 0.226; losses scale as F^2 and F^4
FINE_LAYERS = {"relu1_1": 256.0, "relu2_1": 64.0, "relu3_1": 16.0, "relu4_1": 4.0}
# relu5_1 costs a fifth of an evaluation and made no difference to be seen, so only the preset `quality` looks at it.
ALL_LAYERS = {**FINE_LAYERS, "relu5_1": 1.0}
LAYERS = "LAYER=WEIGHT,..."
INITS = ("content", "fast", "noise")


@describe
@dataclass(frozen=True)
class StylizeSettings:
    """How a picture is stylised. The defaults are the preset `default`.

    `size` and other lengths are in pixels; `init` is a word or, in Python, an image `(height, width, 3)` in [0, 1]. Of
    the weights of layers only the ratios matter.
    """

    size: int = setting(512, "longest side of the result", unit="PIXELS", least=1, served=Served(32, 1024))
    model: str = model_setting()
    preprocessing: str | None = preprocessing_setting()
    pooling: str = pooling_setting()
    padding: str | None = padding_setting()
    content_layers: Mapping[str, float] = setting(
        {"relu4_2": 1.0},
        "layers of the content loss",
        unit=LAYERS,
        group="objective",
        least=0,
        filled=True,
        ratios=True,
    )
    style_layers: Mapping[str, float] = setting(
        FINE_LAYERS, "layers of the style loss", unit=LAYERS, group="objective", least=0, filled=True, ratios=True
    )
    content_loss: str = setting(
        "mean",
        "mean of the squared differences of features, or half their sum as in Gatys' paper",
        unit="KIND",
        group="objective",
        choices=("mean", "sum"),
    )
    style_loss: str = setting(
        "wasserstein",
        "how the statistics of features are compared",
        unit="KIND",
        group="objective",
        choices=("wasserstein", "gram"),
    )
    style_weight: float = setting(
        1.0,
        "weight of the style loss",
        unit="WEIGHT",
        group="objective",
        least=0,
        served=Served(0, 100, name="strength"),
    )
    content_weight: float = setting(
        0.015, "weight of the content loss", unit="WEIGHT", group="objective", least=0, served=Served(0, 100)
    )
    tv_weight: float = setting(
        2.0, "weight of the total variation; more is smoother", unit="WEIGHT", group="objective", least=0
    )
    style_scale: float = style_scale_setting("objective")
    style_blend: tuple[float, ...] = style_blend_setting("objective")
    optimizer: str = setting(
        "lbfgs", "how the picture is optimised", unit="NAME", group="schedule", choices=("lbfgs", "adam")
    )
    first_size: int = setting(128, "longest side of the coarsest scale", unit="PIXELS", group="schedule", least=1)
    growth: float = growth_setting()
    steps: tuple[int, ...] = steps_setting((40, 25, 25), 200)
    plateau: float = plateau_setting(1e-3)
    init: Any = setting(
        "content",
        "what to start from: content, fast (the picture of --fast, which saves the coarsest scale), noise or an image "
        "file",
        unit="START",
        served=Served(choices=("content", "noise"), help="what to start from: content or noise"),
    )
    preserve_color: str | None = preserve_color_setting()
    seed: int = seed_setting("of the noise")


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
    }
)
