"""The options that the verbs of recipes share: one for each setting, and those of how pictures are made."""

from argparse import Action, BooleanOptionalAction, Namespace
from collections.abc import Mapping
from typing import Any

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import READERS, count, percent, positive, text_of
from nst_tf.settings.presets import Presets

__all__ = ["Options", "add_running", "add_settings", "chosen", "preset_options"]

# By the title of a group and the name of a setting: what is shown for its value, and what it means.
Options = Mapping[str, Mapping[str, tuple[str, str]]]


def add_settings(parser: Parser, presets: Presets, options: Options) -> None:
    """Adds `--preset` and the options of all settings.

    Args:
        parser: Of the verb.
        presets: Of the recipe.
        options: For each of its settings, by groups.
    """
    names = f"settings to begin with: {', '.join(presets)} (default: default)"
    parser.add_argument("--preset", default="default", metavar="NAME", help=names)
    for title, rows in options.items():
        group = parser.add_argument_group(title)
        for name, (metavar, text) in rows.items():
            _add_setting(group, presets, name, metavar, _help(presets, name, text))


def _add_setting(group, presets: Presets, name: str, metavar: str, text: str) -> Action:
    if presets.types[name] is bool:
        return group.add_argument(_flag(name), action=BooleanOptionalAction, help=text)
    return group.add_argument(_flag(name), type=READERS[presets.types[name]], metavar=metavar, help=text)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _help(presets: Presets, name: str, text: str) -> str:
    choices = [choice for choice in presets.choices.get(name, ()) if choice]
    default = text_of(getattr(presets["default"], name))
    text += f"; one of {', '.join(choices)}" if choices else ""
    text += f" (default: {default})" if default else ""
    return text.replace("%", "%%")


def add_running(parser: Parser) -> None:
    """Adds the options of how pictures are made and written, which `make_pictures` heeds."""
    group = parser.add_argument_group("running and writing")
    group.add_argument("--time-limit", type=positive, metavar="SECONDS", help="write what there is after this time")
    group.add_argument("--save-every", type=count, metavar="NUMBER",
                       help="also write the picture so far after every so many evaluations")  # fmt: skip
    group.add_argument(
        "--quality", type=percent, default=95, metavar="NUMBER", help="of JPEG and WebP, 1 to 100 (default: 95)"
    )
    group.add_argument("--bit-depth", type=int, choices=(8, 16), default=8, metavar="BITS",
                       help="8, or 16 for PNG and TIFF (default: 8)")  # fmt: skip
    group.add_argument("--json", action="store_true", help="print a line of JSON for each result")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def chosen(arguments: Namespace, presets: Presets) -> dict[str, Any]:
    """The preset and the settings that the user gave, checked: what to hand to the recipe as keywords.

    Raises:
        InputError: The preset is unknown, or a value is out of its range.
    """
    given = {name: getattr(arguments, name) for name in ("preset", *presets.types)}
    given = {name: value for name, value in given.items() if value is not None}
    presets.choose(**given)
    return given


def preset_options(presets: Presets, name: str) -> str:
    """The options that a preset stands for: those in which it differs from the default."""
    values = {setting: getattr(presets[name], setting) for setting in presets.types}
    changed = {key: value for key, value in values.items() if value != getattr(presets["default"], key)}
    return " ".join(_option(key, value) for key, value in changed.items())


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _flag(name) if value else _flag(f"no_{name}")
    return f"{_flag(name)} {text_of(value)}"
