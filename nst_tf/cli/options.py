"""The options that stand for `StylizeSettings`: one for each of its attributes, with its name, type and default."""

from argparse import Namespace
from dataclasses import fields
from typing import Any, get_type_hints

from nst_tf.cli.parser import Parser
from nst_tf.cli.values import READERS, text_of
from nst_tf.recipes.settings import CHOICES, PRESETS, StylizeSettings

__all__ = ["add_settings", "chosen", "preset_options"]

LAYERS = "LAYER=WEIGHT,..."
# What is shown for the value, and what it means.
OPTIONS = {
    "picture": {
        "size": ("PIXELS", "longest side of the result"),
        "init": ("START", "what to start from: content, noise or an image file"),
        "preserve_color": ("HOW", "keep the content's colours: luminance transfers light and dark only, histogram "
                           "recolours the style first; without it, the style's colours are taken"),
        "seed": ("NUMBER", "of the noise; the same seed and input give the same picture"),
    },
    "network": {
        "model": ("NAME", "network to compare images with"),
        "pooling": ("KIND", "its pooling"),
        "padding": ("KIND", "of its first convolution; replicate leaves no frame along the border"),
    },
    "objective": {
        "content_layers": (LAYERS, "layers of the content loss"),
        "style_layers": (LAYERS, "layers of the style loss"),
        "content_loss": ("KIND", "mean of the squared differences of features, or half their sum as in Gatys' paper"),
        "style_loss": ("KIND", "how the statistics of features are compared"),
        "content_weight": ("WEIGHT", "weight of the content loss"),
        "style_weight": ("WEIGHT", "weight of the style loss"),
        "tv_weight": ("WEIGHT", "weight of the total variation; more is smoother"),
        "style_scale": ("FACTOR", "size of the style image relative to the picture; more makes larger strokes"),
        "style_blend": ("SHARE,...", "share of each style image; without it, all are equal"),
    },
    "schedule": {
        "optimizer": ("NAME", "how the picture is optimised"),
        "first_size": ("PIXELS", "longest side of the coarsest scale"),
        "growth": ("FACTOR", "how much larger each scale is than the one before, at most"),
        "steps": ("NUMBER,...", "evaluations on each scale, coarse to fine; the last number holds for all that follow"),
        "plateau": ("FRACTION", "end a scale when the loss falls by less per evaluation; 0 never does"),
    },
}  # fmt: skip


def add_settings(parser: Parser) -> None:
    """Adds `--preset` and the options of all settings."""
    presets = f"settings to begin with: {', '.join(PRESETS)} (default: default)"
    parser.add_argument("--preset", default="default", metavar="NAME", help=presets)
    types = get_type_hints(StylizeSettings)
    for title, options in OPTIONS.items():
        group = parser.add_argument_group(title)
        for name, (metavar, text) in options.items():
            group.add_argument(_flag(name), type=READERS[types[name]], metavar=metavar, help=_help(name, text))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _help(name: str, text: str) -> str:
    choices = [choice for choice in CHOICES.get(name, ()) if choice]
    default = text_of(getattr(PRESETS["default"], name))
    text += f"; one of {', '.join(choices)}" if choices else ""
    text += f" (default: {default})" if default else ""
    return text.replace("%", "%%")


def chosen(arguments: Namespace) -> dict[str, Any]:
    """The settings that the user gave, by name; `None` for the others."""
    return {setting.name: getattr(arguments, setting.name) for setting in fields(StylizeSettings)}


def preset_options(name: str) -> str:
    """The options that a preset stands for: those in which it differs from the default."""
    values = {setting.name: getattr(PRESETS[name], setting.name) for setting in fields(StylizeSettings)}
    changed = {key: value for key, value in values.items() if value != getattr(PRESETS["default"], key)}
    return " ".join(f"{_flag(key)} {text_of(value)}" for key, value in changed.items())
