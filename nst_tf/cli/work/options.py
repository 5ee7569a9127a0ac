"""The options that the verbs of recipes share: one for each setting, and those of how pictures are made."""

from argparse import BooleanOptionalAction, Namespace
from typing import Any

from nst_tf.cli.replay.record import add_no_recipe
from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.files import path_or
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import READERS, count, percent, positive, text_of
from nst_tf.settings import Presets

__all__ = ["add_running", "add_setting", "add_settings", "chosen", "preset_options"]

GROUPS = ("picture", "network", "objective", "schedule")


def add_settings(parser: Parser, presets: Presets) -> None:
    """Adds `--preset` and an option for each setting.

    Args:
        parser: Of the verb.
        presets: Of the recipe.
    """
    parser.set_defaults(resolve=lambda arguments: vars(chosen(arguments, presets)))
    names = f"settings to begin with: {', '.join(presets)} (default: default)"
    parser.add_argument("--preset", default="default", metavar="NAME", help=names)
    for title in GROUPS:
        members = [name for name, about in presets.about.items() if about.group == title]
        group = parser.add_argument_group(title) if members else None
        for name in members:
            add_setting(group, presets, name)


def add_setting(group: Any, presets: Presets, name: str, prefix: str = "") -> None:
    """Adds the option of one setting to a parser or a group of it; its help begins with `prefix`."""
    kind, text = presets.types[name], _help(presets, name, prefix)
    if kind is bool:
        group.add_argument(option(name), action=BooleanOptionalAction, help=text)
    else:
        about = presets.about[name]
        reader = READERS[kind] if about.names is None else path_or(*about.names)
        group.add_argument(option(name), type=reader, metavar=about.unit, help=text)


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
    group.add_argument(
        "--quality", type=percent, default=95, metavar="NUMBER", help="of JPEG and WebP, 1 to 100 (default: 95)"
    )
    group.add_argument("--bit-depth", type=int, choices=(8, 16), default=8, metavar="BITS",
                       help="8, or 16 for PNG and TIFF (default: 8)")  # fmt: skip
    add_no_recipe(group)
    group.add_argument("--json", action="store_true", help="print a line of JSON for each result")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def chosen(arguments: Namespace, presets: Presets) -> Any:
    """The settings that the user asked for.

    Raises:
        InputError: The preset is unknown, or a value is out of its range.
    """
    return presets.choose(arguments.preset, **{name: getattr(arguments, name) for name in presets.types})


def preset_options(presets: Presets, name: str) -> str:
    """The options that a preset stands for: those in which it differs from the default."""
    values = {setting: getattr(presets[name], setting) for setting in presets.types}
    changed = {key: value for key, value in values.items() if value != getattr(presets["default"], key)}
    return " ".join(_option(key, value) for key, value in changed.items())


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return option(name) if value else option(f"no_{name}")
    return f"{option(name)} {text_of(value)}"
