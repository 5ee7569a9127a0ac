"""The options that the verbs of recipes share: one for each setting, and those of how pictures are made."""

import os
import shlex
from argparse import BooleanOptionalAction, Namespace
from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from nst_tf.cli.replay.record import add_no_recipe
from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.files import path_or
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import READERS, count, percent, positive, text_of
from nst_tf.errors import unknown
from nst_tf.recipes.stylize.settings import INITS, StylizeSettings
from nst_tf.settings import Presets

__all__ = [
    "add_group",
    "add_options",
    "add_reporting",
    "add_running",
    "add_setting",
    "add_settings",
    "changed_options",
    "chosen",
    "preset_options",
    "with_first_image",
]

GROUPS = ("picture", "network", "objective", "schedule")


def add_settings(parser: Parser, presets: Presets, without: Collection[str] = ()) -> None:
    """Adds `--preset` and an option for each setting.

    Args:
        parser: Of the verb.
        presets: Of the recipe.
        without: Names of settings that have no meaning for the verb.
    """
    parser.set_defaults(resolve=lambda arguments: vars(chosen(arguments, presets)))
    names = f"settings to begin with: {', '.join(presets)} (default: default)"
    parser.add_argument("--preset", default="default", metavar="NAME", help=names)
    for title in GROUPS:
        if not set(presets.members(title)) <= set(without):
            add_group(parser.add_argument_group(title), presets, title, without)


def add_options(parser: Parser, presets: Presets) -> None:
    """Adds an option for each setting of a verb that has no presets to begin with."""
    parser.set_defaults(resolve=lambda arguments: vars(chosen(arguments, presets)))
    for name in presets.types:
        add_setting(parser, presets, name)


def add_group(parser: Any, presets: Presets, title: str, without: Collection[str] = ()) -> None:
    """Adds the options of the settings of one group to a parser or a group of it."""
    for name in presets.members(title):
        if name not in without:
            add_setting(parser, presets, name)


def add_setting(group: Any, presets: Presets, name: str, prefix: str = "") -> None:
    """Adds the option of one setting to a parser or a group of it; its help begins with `prefix`."""
    kind, about, text = presets.types[name], presets.about[name], _help(presets, name, prefix)
    if kind is bool:
        group.add_argument(option(name), action=BooleanOptionalAction, help=text)
    else:
        reader = READERS[kind] if about.names is None else path_or(*about.names)
        group.add_argument(*map(option, (name, *about.also)), type=reader, metavar=about.unit, help=text)


def _help(presets: Presets, name: str, prefix: str) -> str:
    about, default = presets.about[name], text_of(getattr(presets["default"], name))
    text = prefix + about.help
    text += f"; one of {', '.join(about.words)}" if about.words else ""
    text += f" (default: {default})" if default else ""
    return text.replace("%", "%%")


def add_running(parser: Parser) -> None:
    """Adds the options of how pictures are made and written, which `make_pictures` heeds."""
    group = parser.add_argument_group("running and writing")
    group.add_argument(
        "--time-limit",
        type=positive,
        metavar="SECONDS",
        help="write what there is after this time, as the finished picture",
    )
    group.add_argument("--save-every", type=count, metavar="NUMBER",
                       help="also write the picture so far after every so many evaluations")  # fmt: skip
    group.add_argument("--bit-depth", type=int, choices=(8, 16), default=8, metavar="BITS",
                       help="8, or 16 for PNG and TIFF (default: 8)")  # fmt: skip
    add_no_recipe(group)
    add_reporting(group)


def add_reporting(group: Any) -> None:
    """Adds the options of every verb that makes pictures, whatever becomes of them."""
    group.add_argument(
        "--quality", type=percent, default=95, metavar="NUMBER", help="of JPEG and WebP, 1 to 100 (default: 95)"
    )
    group.add_argument("--json", action="store_true", help="print a line of JSON for each result")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def chosen(arguments: Namespace, presets: Presets) -> Any:
    """The settings that the user asked for.

    Raises:
        InputError: The preset is unknown, or a value is out of its range.
    """
    preset = getattr(arguments, "preset", "default")
    return presets.choose(preset, **{name: getattr(arguments, name) for name in presets.types})


def with_first_image(settings: StylizeSettings) -> StylizeSettings:
    """The settings with the pixels of the file that `--init` names, if it does.

    Raises:
        InputError: There is no such file or word, or the file cannot be read.
    """
    from nst_tf.images import read_image

    if settings.init in INITS:
        return settings
    if not os.path.exists(settings.init):
        raise unknown("start", settings.init, [*INITS, "or an image file"])
    return replace(settings, init=read_image(settings.init).pixels)


def preset_options(presets: Presets, name: str) -> str:
    """The options that a preset stands for: those in which it differs from the default."""
    return shlex.join(changed_options(presets[name], presets["default"]))


def changed_options(settings: Any, base: Any) -> list[str]:
    """The arguments of the command line that make some settings of others.

    Args:
        settings: A dataclass of settings, whose `init` and `model` are words or paths.
        base: Another one of this class.
    """
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    changed = {name: value for name, value in values.items() if value != getattr(base, name)}
    return [argument for name, value in changed.items() for argument in _option(name, value)]


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [option(name) if value else option(f"no_{name}")]
    return [option(name), text_of(value)]
