"""What can be set in texture synthesis, and the presets."""

from collections.abc import Mapping
from dataclasses import dataclass

from nst_tf.one_pass.settings import precision_setting, tile_setting
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
    steps_setting,
    tv_weight_setting,
)
from nst_tf.settings import Presets, Served, describe, setting

__all__ = ["PRESETS", "TextureSettings"]

GATYS_LAYERS = dict.fromkeys(("relu1_1", "pool1", "pool2", "pool3", "pool4"), 1e9)
# Equal weights leave specks of wrong colours.
FINE_LAYERS = {"relu1_1": 16.0, "relu2_1": 4.0, "relu3_1": 2.0, "relu4_1": 1.0}

SIZE = "longest side of the result, or WIDTHxHEIGHT; a size above the source's makes more of it"
SERVED_SIZE = Served(32, 1024, default=256, help="longest side of the result")
LAYERS = "layers whose statistics make the texture, from the first to the last"
PARAMETERS = (
    "describe the texture by at most so many numbers: by as many of the first layers as have no more in their Gram "
    "matrices, each pair of channels counted once; without it, by all layers"
)
STATISTICS = "how the statistics of features are compared"
SCALE = "size of what the source shows, relative to its own, or to the result's where the source is larger"
BLEND = "share of each source; without it, all are equal"


@describe
@dataclass(frozen=True)
class TextureSettings:
    """How a texture is made. The defaults are the preset `default`.

    `size` is a number of pixels or, in Python, `(height, width)`. A network in `WEIGHTS` is rescaled to mean
    activations of 1; see `rescale`. The sides of a tileable picture are multiples of the network's stride, 16 for
    layers up to VGG's fourth pooling, and `padding` is then that of the source only.
    """

    size: int | tuple[int, int] = setting(512, SIZE, "SIZE", least=1, served=SERVED_SIZE)
    model: str = model_setting()
    preprocessing: str | None = preprocessing_setting()
    pooling: str = pooling_setting("mean")
    padding: str | None = padding_setting()
    precision: str = precision_setting("network")
    layers: Mapping[str, float] = objective(FINE_LAYERS, LAYERS, "LAYER=WEIGHT,...", **RATIOS)
    parameters: int | None = objective(None, PARAMETERS, "NUMBER", least=1)
    texture_loss: str = objective("wasserstein", STATISTICS, "KIND", choices=("wasserstein", "gram"))
    tv_weight: float = tv_weight_setting(0.0)
    tileable: bool = setting(False, "make a picture that repeats without a seam")
    source_scale: float = objective(1.0, SCALE, "FACTOR", above=0, most=8)
    source_blend: tuple[float, ...] = objective((), BLEND, "SHARE,...", least=0, ratios=True)
    match_histogram: bool = setting(True, "give the result the colours' histograms of the source at the end")
    corrections: int = schedule(10, "steps that L-BFGS remembers", "NUMBER", least=1)
    # At 64, so few positions are left that the arrangement is copied, too.
    first_size: int = schedule(128, "longest side of the source on the coarsest scale", "PIXELS", least=1)
    growth: float = growth_setting()
    steps: tuple[int, ...] = steps_setting((60, 50, 40), 200)
    plateau: float = plateau_setting(0.0)
    tile: int = tile_setting("schedule")
    seed: int = seed_setting("of the noise")


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
    }
)
