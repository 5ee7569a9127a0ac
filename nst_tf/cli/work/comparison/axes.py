"""What varies from picture to picture: the painting, the preset, and any setting by its name on the command line."""

from argparse import ArgumentTypeError
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.values import READERS
from nst_tf.errors import InputError, SettingError, unknown
from nst_tf.settings import Presets

__all__ = ["Axis", "Choice", "paintings", "read_axes"]

PRESET = "preset"
NONE = "none"  # of a setting that may be left out


class Choice(NamedTuple):
    """One of the things that are compared.

    Attributes:
        label: What it is called.
        change: What it changes: keywords of `Presets.choose`, or the `painting`.
    """

    label: str
    change: dict[str, Any]


class Axis(NamedTuple):
    """What varies, and its choices.

    Attributes:
        name: As the user calls it: `painting`, `preset` or the name of an option without dashes.
        choices: In the order given.
    """

    name: str
    choices: tuple[Choice, ...]


def paintings(paths: Sequence[str]) -> Axis:
    """The paintings, called by their names without extension, and by their paths where two have the same name.

    Raises:
        InputError: One is given twice.
    """
    _refuse_twice("STYLE", paths)
    names = [Path(path).stem for path in paths]
    labels = names if len(set(names)) == len(names) else paths
    return Axis("painting", tuple(Choice(label, {"painting": path}) for label, path in zip(labels, paths, strict=True)))


def read_axes(
    texts: Iterable[str], presets: Presets, given: Iterable[str], without: Collection[str] = ()
) -> list[Axis]:
    """What `--vary` asks for, each as `SETTING=VALUE,VALUE`; semicolons divide values that have commas themselves.

    Args:
        texts: The values of the option, each time that it was given.
        presets: Of the recipe; with more than one, the preset may vary as well.
        given: The names of settings that the user gave a value for all pictures.
        without: The names of settings that cannot vary.

    Raises:
        InputError: A setting is unknown, or given twice, or a value cannot be used.
    """
    axes = [_read_axis(text, presets, without) for text in texts]
    names = [axis.name for axis in axes]
    _refuse_twice("--vary", names)
    for name in given:
        if _typed(name) in names:
            raise InputError(f"{option(name)} is given, and --vary {_typed(name)} varies it; leave one of them out")
    return axes


def _read_axis(text: str, presets: Presets, without: Collection[str]) -> Axis:
    name, _, values = text.partition("=")
    names = [*(setting for setting in presets.types if setting not in without), *([PRESET] if len(presets) > 1 else [])]
    known = {_typed(name): name for name in names}
    if name not in known:
        raise InputError(f"--vary {text}: {unknown('setting', name, known)}")
    setting = known[name]
    words = values.split(";" if _has_commas(presets.types.get(setting)) else ",")
    if not all(words):
        example = f"{presets.about[setting].unit},..." if setting != PRESET else ",".join(presets)
        missing = "has an empty value" if values else "has no values"
        raise InputError(f"--vary {text} {missing}; it is of the form {name}={example}")
    _refuse_twice(f"--vary {name}", words)
    return Axis(name, tuple(Choice(f"{name} {word}", _change(name, setting, word, presets)) for word in words))


def _change(name: str, setting: str, word: str, presets: Presets) -> dict[str, Any]:
    """What a word changes, once it is sure that the setting can have this value."""
    try:
        change = {setting: word if setting == PRESET else _value(presets.types[setting], word)}
        presets.choose(**change)
    except SettingError as error:
        raise InputError(error.told(_as_varied)) from error
    except (ArgumentTypeError, InputError) as error:
        raise InputError(f"--vary {name}: {error}") from error
    return change


def _value(kind: Any, word: str) -> Any:
    return None if word == NONE and NoneType in get_args(kind) else READERS[kind](word)


def _has_commas(kind: Any) -> bool:
    """Whether a value of the type is written with commas."""
    return get_origin(kind) in (tuple, Mapping)


def _typed(setting: str) -> str:
    return option(setting).removeprefix("--")


def _as_varied(setting: str) -> str:
    return f"--vary {_typed(setting)}"


def _refuse_twice(what: str, words: Sequence[str]) -> None:
    for word in words:
        if words.count(word) > 1:
            raise InputError(f"{what} has {word} {words.count(word)} times; once is enough")
