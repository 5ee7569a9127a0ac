"""The settings of a recipe: presets by name, of which a caller changes some, and the checks of what is given."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from nst_tf.errors import SettingError, unknown
from nst_tf.settings.setting import Setting

__all__ = ["Presets"]

WORDS = {int: "a whole number", float: "a finite number", str: "text", bool: "true or false", NoneType: "None"}

Settings = TypeVar("Settings")


class Presets(Mapping[str, Settings], Generic[Settings]):
    """Settings by the name of their preset; `"default"` is the one that has all defaults.

    Args:
        presets: Of one frozen dataclass, whose fields are made by `setting` and annotated with `int`, `float`, `str`,
            `bool`, tuples and mappings of these, unions of these with `None`, or `Any`, whose type is not checked.
        check: Raises `InputError` for settings that do not go together.

    Attributes:
        about: The `Setting` of each, by its name.
        types: The annotation of each, by its name.
    """

    def __init__(self, presets: Mapping[str, Settings], check: Callable[[Settings], None] | None = None):
        kind = type(presets["default"])
        hints = get_type_hints(kind)
        self.types: dict[str, Any] = {one.name: hints[one.name] for one in fields(kind)}
        self.about: dict[str, Setting] = {one.name: one.metadata["setting"] for one in fields(kind)}
        self._presets = dict(presets)
        self._check = check

    def __getitem__(self, name: str) -> Settings:
        return self._presets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._presets)

    def __len__(self) -> int:
        return len(self._presets)

    def members(self, group: str) -> list[str]:
        """The names of the settings of a group."""
        return [name for name, about in self.about.items() if about.group == group]

    def choose(self, preset: str = "default", **changes: Any) -> Settings:
        """The settings of a preset with some of them changed.

        Args:
            preset: Its name.
            **changes: Settings; those that are `None` keep the preset's value.

        Raises:
            InputError: The preset or a setting is unknown, or a value is of another type or out of its range.
        """
        if preset not in self:
            raise unknown("preset", preset, self)
        given = {name: value for name, value in changes.items() if value is not None}
        for name in changes:
            if name not in self.types:
                raise unknown("setting", name, self.types)
        for name, value in given.items():
            self._check_value(name, value)
        settings = replace(self[preset], **given)
        if self._check is not None:
            self._check(settings)
        return settings

    def _check_value(self, name: str, value: Any) -> None:
        about = self.about[name]
        if not about.choices and not _fits(value, self.types[name]):
            raise SettingError(f"{name} is {value!r}; it must be {_words(self.types[name])}", name)
        about.check(name, value, _numbers(value))


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type; numbers must be finite."""
    kind, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if kind is UnionType:
        return any(_fits(value, part) for part in parts)
    if kind is Mapping:
        return isinstance(value, Mapping) and all(_fit(pair, parts) for pair in value.items())
    if kind is tuple:
        return isinstance(value, Sequence) and not isinstance(value, str) and _fit(value, parts)
    if hint in (int, float):
        number = isinstance(value, Integral if hint is int else Real) and not isinstance(value, bool)
        return number and math.isfinite(value)
    return isinstance(value, hint)


def _fit(values: Sequence, hints: tuple) -> bool:
    hints = hints[:1] * len(values) if hints[-1] is Ellipsis else hints
    return len(values) == len(hints) and all(map(_fits, values, hints))


def _words(hint: Any) -> str:
    kind, parts = get_origin(hint), get_args(hint)
    if kind is UnionType:
        return " or ".join(_words(part) for part in parts if part is not NoneType)
    if kind is Mapping:
        return f"a mapping of names, each to {_words(parts[1])}"
    if kind is tuple and parts[-1] is Ellipsis:
        return f"a tuple, each item {_words(parts[0])}"
    if kind is tuple:
        return f"a tuple of {' and '.join(map(_words, parts))}"
    return WORDS.get(hint) or f"a {hint.__name__}"


def _numbers(value: Any) -> list[Any]:
    """The numbers that a value is or holds."""
    if isinstance(value, Mapping):
        return _numbers(tuple(value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, Real) else []
