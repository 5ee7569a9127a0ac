"""One setting: a field of a frozen dataclass that says all there is to say of it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from nst_tf.errors import SettingError, unknown

__all__ = ["Served", "Setting", "check_ratios", "describe", "setting"]

WIDTH = 116
SMALLEST, LARGEST = 1e-30, 1e30  # so that sums and products of some numbers are numbers in float32
LEAST_SHARE = 1e-6  # of a sum that it is no rounding error of, in float32

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Served:
    """How exported models take a setting.

    Attributes:
        least: The least number that may be asked for.
        most: The largest one.
        choices: The words that may be asked for, in place of numbers.
        name: Of the input, where it is not the setting's.
        default: Where it is not the setting's.
        help: What the input is, where it is not what the setting is.
        scalar: Whether one number is taken, where the setting holds several.
    """

    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    name: str | None = None
    default: Any = None
    help: str | None = None
    scalar: bool = False


@dataclass(frozen=True)
class Setting:
    """What there is to say of a setting.

    Attributes:
        help: What it is, for people.
        unit: What its value is called where it is to be given, as `PIXELS`; empty for a switch.
        group: The title under which the command line lists it.
        choices: The values that it may have; any if there are none.
        least: The least number that it may be or hold.
        above: It, or what it holds, must be larger than this.
        most: The largest number that it may be or hold.
        filled: Whether it must hold something.
        names: What it may be besides the path of a file or a folder; `None` if it is no path.
        ratios: Whether it holds weights of which only the ratios matter, see `check_ratios`. If it need not be filled,
            it may be empty.
        served: How exported models take it; `None` if they do not.
        also: Further names of its option.
    """

    help: str
    unit: str = ""
    group: str = "picture"
    choices: tuple = ()
    least: float | None = None
    above: float | None = None
    most: float | None = None
    filled: bool = False
    names: tuple[str, ...] | None = None
    ratios: bool = False
    served: Served | None = None
    also: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The choices that have a name."""
        return tuple(choice for choice in self.choices if choice)

    def check(self, name: str, value: Any, numbers: Sequence[float]) -> None:
        """Refuses a value of the right type that cannot be used.

        Args:
            name: Of the setting, for the message.
            value: To be checked.
            numbers: That it is or holds.

        Raises:
            InputError: It is none of the choices, out of the range, or empty; the message says what would be right.
        """
        if self.choices and value not in self.choices:
            raise SettingError(str(unknown(name, value, self.words)), name)
        if self.filled and not value:
            each = "" if self.least is None else f", each {self.least} or more"
            raise SettingError(f"{name} is empty; it must be one or more numbers{each}", name)
        for number in numbers:
            if wanted := self._wanted(number):
                raise SettingError(f"{name} is {value}; it must be {wanted}", name)
        _check_magnitude(name, value, numbers)
        if self.ratios and value:
            check_ratios(name, numbers)

    def _wanted(self, number: float) -> str:
        """The numbers that would be right in place of this one, in words; empty if it is right."""
        if self.least is not None and number < self.least:
            return f"a number not below {self.least}"
        if self.above is not None and number <= self.above:
            return self.range
        if self.most is not None and number > self.most:
            return self.range if self.above is not None else f"a number not above {self.most}"
        return ""

    @property
    def range(self) -> str:
        """The numbers that it may be or hold, in words; empty if all are."""
        ends = {"at least": self.least, "above": self.above, "at most": self.most}
        return " and ".join(f"{word} {end}" for word, end in ends.items() if end is not None)


def check_ratios(name: str, weights: Sequence[float]) -> None:
    """Refuses weights that are no ratios in float32.

    Args:
        name: Of what has them, for the message.
        weights: Of which only the ratios matter.

    Raises:
        InputError: One is negative, too large, or less than a millionth of all but not 0; or their sum is 0.
    """
    _check_magnitude(name, tuple(weights), weights)
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise SettingError(
            f"{name} has the weights {tuple(weights)}; none may be negative, and their sum must be above 0", name
        )
    lost = [weight for weight in weights if 0 < weight < LEAST_SHARE * total]
    if lost:
        raise SettingError(
            f"{name} has the weights {tuple(weights)}; {lost[0]:g} is less than a millionth of all, and would be lost: "
            "give 0, or more",
            name,
        )


def _check_magnitude(name: str, value: Any, numbers: Sequence[float]) -> None:
    for number in numbers:
        if number and not SMALLEST <= abs(number) <= LARGEST:
            raise SettingError(f"{name} is {value}; what is not 0 must be from {SMALLEST:g} to {LARGEST:g}", name)


def setting(default: Any, help: str, unit: str = "", **about: Any) -> Any:
    """A field of a class of settings.

    Args:
        default: Its value in the preset `default`; of a mapping, each instance gets a copy.
        help: What it is, for people.
        unit: What its value is called where it is to be given.
        **about: Further attributes of `Setting`.
    """
    metadata = {"setting": Setting(help, unit, **about)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def describe(kind: type[Settings]) -> type[Settings]:
    """A decorator for a dataclass of settings: adds to its docstring what its fields say."""
    lines = [kind.__doc__.rstrip(), "", "    Attributes:"]
    for one in fields(kind):
        about = one.metadata["setting"]
        more = f"; one of {', '.join(about.words)}" if about.words else f"; {about.range}" if about.range else ""
        text = f"{one.name}: {about.help}{more}."
        lines.append(textwrap.fill(text, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 12))
    kind.__doc__ = "\n".join(lines) + "\n    "
    return kind
