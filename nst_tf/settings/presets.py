"""The settings of a recipe: presets by name, of which a caller changes some, and the checks of what is given."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from nst_tf.errors import InputError, unknown

__all__ = ["Presets", "check_weights"]

LARGEST_SEED = 2**63 - 1
WORDS = {int: "a whole number", float: "a finite number", str: "text", bool: "true or false", NoneType: "None"}

Settings = TypeVar("Settings")


class Presets(Mapping, Generic[Settings]):
    """Settings by the name of their preset; `"default"` is the one that has all defaults.

    Args:
        presets: Of one frozen dataclass, whose attributes are annotated with `int`, `float`, `str`, `bool`, tuples and
            mappings of these, unions of these with `None`, or `Any`, which is not checked. It has a `seed`.
        choices: The values that a setting may have, by its name.
        least: The least number that a setting may be or hold, by its name.
        most: The largest one.
        check: Raises `InputError` for settings that do not go together, or are out of other ranges.

    Attributes:
        choices: As given.
        types: The annotation of each setting, by its name.
    """

    def __init__(
        self,
        presets: Mapping[str, Settings],
        *,
        choices: Mapping[str, tuple] | None = None,
        least: Mapping[str, float] | None = None,
        most: Mapping[str, float] | None = None,
        check: Callable[[Settings], None] | None = None,
    ):
        kind = type(presets["default"])
        hints = get_type_hints(kind)
        self.types = {one.name: hints[one.name] for one in fields(kind)}
        self.choices = choices or {}
        self._presets = dict(presets)
        self._least = {"seed": 0, **(least or {})}
        self._most = {"seed": LARGEST_SEED, **(most or {})}
        self._check = check

    def __getitem__(self, name: str) -> Settings:
        return self._presets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._presets)

    def __len__(self) -> int:
        return len(self._presets)

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
        if name in self.choices:
            if value not in self.choices[name]:
                raise unknown(name, value, [choice for choice in self.choices[name] if choice])
            return
        if not _fits(value, self.types[name]):
            raise InputError(f"{name} is {value!r}; it must be {_words(self.types[name])}")
        least, most = self._least.get(name, -math.inf), self._most.get(name, math.inf)
        if any(number < least for number in _numbers(value)):
            raise InputError(f"{name} is {value}; it must be a number not below {least}")
        if any(number > most for number in _numbers(value)):
            raise InputError(f"{name} is {value}; it must be a number not above {most}")


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


def _numbers(value: Any) -> list[float]:
    """The numbers that a value is or holds."""
    if isinstance(value, Mapping):
        return _numbers(tuple(value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, Real) else []


def check_weights(name: str, weights: Sequence[float]) -> None:
    """Refuses weights of which only the ratios are to matter: negative ones, and those that are all 0.

    Args:
        name: Of the setting, for the message.
        weights: Finite numbers.

    Raises:
        InputError: They cannot be used.
    """
    if not weights or min(weights) < 0 or sum(weights) <= 0:
        raise InputError(
            f"{name} has the weights {tuple(weights)}; none may be negative, and their sum must be above 0"
        )
