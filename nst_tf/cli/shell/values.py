"""The values of options: from text to Python and back."""

import math
import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = [
    "READERS",
    "Size",
    "count",
    "names",
    "number",
    "numbers",
    "percent",
    "positive",
    "shard",
    "share",
    "side_or_size",
    "switch",
    "text_of",
    "weights",
    "whole",
    "wholes",
]


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a whole number") from None


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f"{text!r} is not a number")
    return value


def positive(text: str) -> float:
    """A number above 0."""
    if number(text) <= 0:
        raise ArgumentTypeError(f"{text!r} is not above 0")
    return number(text)


def count(text: str) -> int:
    """A whole number from 1 on."""
    if whole(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not 1 or more")
    return whole(text)


def percent(text: str) -> int:
    """A whole number from 1 to 100."""
    if not 1 <= whole(text) <= 100:
        raise ArgumentTypeError(f"{text!r} is not between 1 and 100")
    return whole(text)


def share(text: str) -> float:
    """A number from 0 to 1."""
    if not 0 <= number(text) <= 1:
        raise ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return number(text)


def names(text: str) -> tuple[str, ...]:
    """Names with commas between."""
    found = tuple(text.split(","))
    if not all(found):
        raise ArgumentTypeError(f"{text!r} has an empty name")
    return found


def numbers(text: str) -> tuple[float, ...]:
    """Numbers with commas between."""
    return tuple(number(part) for part in text.split(","))


def wholes(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between."""
    return tuple(whole(part) for part in text.split(","))


def weights(text: str) -> dict[str, float]:
    """Weights of layers: `relu1_1=2,relu2_1=1`."""
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(name and equals for name, equals, _ in pairs):
        raise ArgumentTypeError(f"{text!r} is not of the form LAYER=WEIGHT,LAYER=WEIGHT")
    if len({name for name, _, _ in pairs}) < len(pairs):
        raise ArgumentTypeError(f"{text!r} has a layer more than once")
    return {name: number(weight) for name, _, weight in pairs}


class Size(NamedTuple):
    """What `WIDTHxHEIGHT` says."""

    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def side_or_size(text: str) -> int | Size:
    """A whole number, or a height and a width from `WIDTHxHEIGHT`."""
    width, times, height = text.partition("x")
    return Size(whole(height), whole(width)) if times else whole(text)


def shard(text: str) -> tuple[int, int]:
    """One of several parts: `2/8`."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    number, total = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= number <= total:
        raise ArgumentTypeError(f"{text!r} is not of the form K/N, with K from 1 to N")
    return number, total


def switch(text: str) -> bool:
    """Whether something is to be: `on` or `off`."""
    if text not in ("on", "off"):
        raise ArgumentTypeError(f"{text!r} is neither 'on' nor 'off'")
    return text == "on"


# By the type of the setting.
READERS = {
    bool: switch,
    int: whole,
    int | None: whole,
    int | tuple[int, int]: side_or_size,
    float: number,
    float | None: number,
    str: str,
    str | None: str,
    Any: str,
    tuple[str, ...]: names,
    tuple[int, ...]: wholes,
    tuple[float, ...]: numbers,
    Mapping[str, float]: weights,
}


def text_of(value: Any) -> str:
    """A setting's value as one would write it on the command line; empty if there is none."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if isinstance(value, Mapping):
        return ",".join(f"{name}={text_of(weight)}" for name, weight in value.items())
    if isinstance(value, tuple) and not isinstance(value, Size):
        return ",".join(map(text_of, value))
    if isinstance(value, list):  # which a comma tells from one number
        return ",".join(map(text_of, value)) + "," * (len(value) == 1)
    return _digits(value) if isinstance(value, float) else str(value)


def _digits(value: float) -> str:
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
