"""What can be set where networks are trained. Needs no TensorFlow."""

from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from nst_tf.errors import SettingError
from nst_tf.recipes.stylize.settings import StylizeSettings
from nst_tf.settings import Presets, describe, setting

__all__ = ["CONVNET", "DECODER", "STYLES", "ConvnetSettings", "DecoderSettings", "StyleNetworkSettings"]

LARGEST_SEED = 2**32 - 1
CELL = 8  # pixels: VGG16's poolings halve an image three times before relu4_1
PRECISION = (
    "auto, float32, mixed_float16 for GPUs, or mixed_bfloat16, which is twice as fast on processors with AVX512-BF16; "
    "auto is mixed_float16 on a GPU, and float32 elsewhere"
)
STYLE_SIZE = "longest side of the style images: strokes are right for pictures of this size"
LEVEL = "level to decode from, with all finer ones: relu4_1, relu3_1, relu2_1 or relu1_1"
STYLE = "weight of the losses of style, for 1 of those of reconstruction"
IMAGES = "images per update, on all devices together; fewer if there are fewer to train with"
HELD_OUT = "share of each class to judge by; of no meaning for an ImageNet directory"

schedule, recipe, data = (partial(setting, group=title) for title in ("schedule", "recipe", "data"))


def side_setting(default: int, least: int, more: str = "") -> Any:
    return schedule(default, f"of the crops of photographs{more}", "PIXELS", least=least)


def batch_setting(default: int) -> Any:
    return schedule(default, "crops per update, on all devices together", "NUMBER", least=1)


def seed_setting(use: str) -> Any:
    return data(0, use, "NUMBER", least=0, most=LARGEST_SEED)


def as_of_stylize(name: str) -> Any:
    """The field of a setting that `stylize` has."""
    known = next(one for one in fields(StylizeSettings) if one.name == name)
    return field(default=known.default, metadata=known.metadata)


@dataclass(frozen=True)
class Schedule:
    """What all training on crops of photographs is told."""

    steps: int = schedule(20000, "updates in all, over which the learning rate falls along a cosine", "NUMBER", least=1)
    every: int = schedule(500, "updates in a round, after which the run is saved", "NUMBER", least=1)
    learning_rate: float = schedule(1e-3, "the highest one, of Adam, after a warm-up of 100 updates", "NUMBER", above=0)
    precision: str = schedule("auto", PRECISION, "KIND")
    seed: int = seed_setting("of the weights, the crops, and the choice of what is held out")


@describe
@dataclass(frozen=True)
class StyleNetworkSettings(Schedule):
    """How a network that holds a few styles is trained; the weights are those of `StylizeSettings`."""

    side: int = side_setting(160, 32)
    batch: int = batch_setting(4)
    style_size: int = setting(StylizeSettings.size, STYLE_SIZE, "PIXELS", least=1, group="objective")
    content_weight: float = as_of_stylize("content_weight")
    style_weight: float = as_of_stylize("style_weight")
    patch_weight: float = as_of_stylize("patch_weight")
    tv_weight: float = as_of_stylize("tv_weight")


@describe
@dataclass(frozen=True)
class DecoderSettings(Schedule):
    """How a decoder of VGG16's features is trained."""

    level: str = setting("relu4_1", LEVEL, "LEVEL", group="objective")
    side: int = side_setting(128, 2 * CELL, f", a multiple of {CELL}")
    batch: int = batch_setting(8)
    style_weight: float = setting(1.0, STYLE, "WEIGHT", least=0, group="objective")


@describe
@dataclass(frozen=True)
class ConvnetSettings:
    """How a convolutional network learns classes: by default, as Zeiler and Fergus 2013, section 3."""

    architecture: str = recipe("zfnet", "what is trained: zfnet or alexnet", "NAME")
    width: float = recipe(1.0, "share of the network's channels", "SHARE", above=0)
    epochs: int = recipe(70, "passes over the images, in all", "NUMBER", least=1)
    batch: int = recipe(128, IMAGES, "NUMBER", least=1)
    learning_rate: float = recipe(1e-2, "the first one, until the error stays", "NUMBER", above=0)
    momentum: float = recipe(0.9, "of the updates", "SHARE", least=0, most=1)
    side: int = data(224, "of the network's input", "PIXELS", least=1, also=("size",))
    held_out: float = data(0.2, HELD_OUT, "SHARE", above=0)
    seed: int = seed_setting("of all that is random")


def _check_rounds(settings: Schedule) -> None:
    if settings.steps % settings.every:
        raise SettingError(
            f"steps is {settings.steps}; it must be a multiple of every, {settings.every}", "steps", "every"
        )


def _check_cells(settings: DecoderSettings) -> None:
    _check_rounds(settings)
    if settings.side % CELL:
        raise SettingError(f"side is {settings.side}; it must be a multiple of {CELL}", "side")


STYLES = Presets({"default": StyleNetworkSettings()}, _check_rounds)
DECODER = Presets({"default": DecoderSettings()}, _check_cells)
CONVNET = Presets({"default": ConvnetSettings()})
