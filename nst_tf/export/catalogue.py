"""What can be exported, by name: the images that each model takes, its controls and its answer. Needs no TensorFlow."""

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nst_tf.backbones.registry import WEIGHTS
from nst_tf.errors import InputError, SettingError, unknown
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.dream.settings import PRESETS as DREAM
from nst_tf.recipes.reconstruct.settings import PRESETS as RECONSTRUCT
from nst_tf.recipes.stylize.settings import PRESETS as STYLIZE
from nst_tf.recipes.texture.settings import PRESETS as TEXTURE
from nst_tf.settings import Control, controls

__all__ = ["FORMATS", "MODELS", "Exportable", "check_format", "check_name", "make_servable"]


@dataclass(frozen=True)
class Exportable:
    """A model that can be exported.

    Attributes:
        summary: What it does, as one asks for it.
        images: What each image that it takes is, by name; as a file, its input is called `NAME_bytes`.
        controls: Its other inputs, which all have defaults.
        answer: The output that is the picture, as a file; `None` for one that answers with numbers.
        mask: What a further image says in the signature `masked`; empty where there is none.
        formats: Those of `FORMATS` that it can be exported in.
    """

    summary: str
    images: Mapping[str, str]
    controls: tuple[Control, ...] = ()
    answer: str | None = "picture_bytes"
    mask: str = ""
    formats: tuple[str, ...] = ()


# Of other runtimes, which run what is one pass of a network, with the end of the names of their files.
FORMATS = {"onnx": ".onnx", "litert": ".tflite"}
TRANSFER = {"content": "what the picture shows", "style": "whose style it takes"}
WHERE = "where to paint: white; the rest stays as it is, to the bit where it is black"
FILTER = (
    Control("layer", str, "layer of the filter", "NAME"),
    Control("filter", int, "number of a filter; or -1 for the one that the image excites most, -2 for the next one, "
            "and so on", "NUMBER", -1, -(2**15), 2**15),
    Control("size", int, "shorter side to which the image is brought, in pixels", "PIXELS", 224, 32, 1024),
)  # fmt: skip
SIZE = next(one for one in controls(FAST) if one.name == "size")
BLEND = (
    SIZE,
    Control("style", str, "names of its styles, with + between; without any, all", "STYLE+...", ""),
    Control("style_blend", float, "share of each of these styles; without any, they are equal", "SHARE,...", []),
)  # fmt: skip
INVERTED = Control("layer", str, "layer to invert", "NAME")
MODELS = {
    "features": Exportable(
        "Compute the features of an image; they are written as .npz.",
        {"image": "the image"},
        answer=None,
        formats=tuple(FORMATS),
    ),
    "stylize": Exportable(
        "Paint a picture in the style of another, by optimising it.", TRANSFER, controls(STYLIZE), mask=WHERE
    ),
    "fast-stylize": Exportable(
        "Paint a picture in the style of another, in one pass of a network.",
        TRANSFER,
        controls(FAST),
        mask=WHERE,
        formats=("onnx",),
    ),
    "paintings": Exportable(
        "Paint a picture in styles of a network that holds a few: the bundled one, or that of another `--model`.",
        {"content": TRANSFER["content"]},
        BLEND,
        formats=tuple(FORMATS),
    ),
    "dream": Exportable("Let a network dream of a picture.", {"image": "what to begin with"}, controls(DREAM)),
    "deconv": Exportable(
        "Project the activation of a filter down to the pixels that caused it.",
        {"image": "the image"},
        FILTER,
        "projection_bytes",
    ),
    "texture": Exportable("Make a texture from an image.", {"image": "whose texture it takes"}, controls(TEXTURE)),
    "reconstruct": Exportable(
        "Show what a layer still knows of an image.",
        {"image": "to be reconstructed"},
        (INVERTED, *controls(RECONSTRUCT)),
    ),
}


def check_name(name: str) -> None:
    """Refuses what is neither one of `MODELS` nor a network.

    Raises:
        InputError: It is neither.
    """
    if name not in (*MODELS, *WEIGHTS) and not name.startswith("keras:") and not Path(name).exists():
        raise unknown("model to export", name, [*MODELS, "a .keras file or the folder of a training run"])


def check_format(name: str, format: str) -> None:
    """Refuses what is not one pass of a network.

    Args:
        name: As `check_name` lets it pass.
        format: One of `FORMATS`.

    Raises:
        InputError: It cannot be exported in this format.
    """
    if name in MODELS and format not in MODELS[name].formats:
        able = [one for one, model in MODELS.items() if format in model.formats]
        raise InputError(
            f"{name} cannot be exported as {format}, which holds one pass of a network; {', '.join(able)}, a .keras "
            "file and the folder of a training run can"
        )


def _made_by(name: str) -> list[str]:
    """The module that makes a model, and what it is to be told of which one."""
    from nst_tf.one_pass.style_network import BUNDLED, is_style_network

    if name in BUNDLED or (name not in MODELS and is_style_network(name)):
        return ["style_network", name]
    return [name.replace("-", "_")] if name in MODELS else ["keras_model", name]


def make_servable(name: str, **options: Any) -> Any:
    """Makes what is to be exported, a `Servable`: by the function of the module in `nst_tf.export.models`.

    Args:
        name: One of `MODELS`, a network as for `open_network`, or one of a few styles as for `load_style_network`.
        **options: Keywords of that function; `None` for their defaults.

    Raises:
        InputError: There is no such model, or it cannot be made as asked.
    """
    check_name(name)
    module, *places = _made_by(name)
    make = getattr(importlib.import_module(f"nst_tf.export.models.{module}"), module)
    taken = list(inspect.signature(make).parameters)[len(places) :]
    options = {key: value for key, value in options.items() if value is not None}
    for option in options:
        if option not in taken:
            has = f"it takes {', '.join(taken)}" if taken else "it is exported as it is"
            raise SettingError(f"{name} takes no {option}; {has}", option, *taken)
    return make(*places, **options)
