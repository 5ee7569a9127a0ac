"""What a recipe says, and its JSON, which anybody may have edited."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nst_tf.errors import InputError

__all__ = ["InputFile", "Recipe", "Values"]

VERSION = 1  # of the form; a larger one has what this version does not understand


@dataclass(frozen=True)
class InputFile:
    """A file or a folder that was read.

    Attributes:
        file: Its name, without folders.
        sha256: Of its bytes, in hexadecimal digits; see `hash_of` for folders.
        rest: What stood behind it on the command line.
        then: A further file, behind that.
    """

    file: str
    sha256: str
    rest: str = ""
    then: "InputFile | None" = None

    @property
    def files(self) -> "list[InputFile]":
        """It, and what comes behind it."""
        return [self, *(self.then.files if self.then is not None else ())]

    def __post_init__(self) -> None:
        if not all(isinstance(text, str) for text in (self.file, self.sha256, self.rest)):
            raise InputError(f"its input {self.file!r} has something else than text")
        if not self.file or self.file in (".", "..") or set(self.file) & set("/\\\0"):
            raise InputError(f"its input {self.file!r} is no plain name of a file")
        if len(self.sha256) != 64 or not set(self.sha256) <= set("0123456789abcdef"):
            raise InputError(f"its input {self.file!r} has no SHA-256 of 64 digits")

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {name: value for name, value in vars(self).items() if value}


# By option, or by the name of an argument that is none: its text, `True` for a switch, or its file; or several of them.
Value = str | bool | InputFile | list[str | InputFile]
Values = Mapping[str, Value]


@dataclass(frozen=True)
class Recipe:
    """How a picture was made.

    Attributes:
        verb: Of the command line.
        given: What the user gave with it.
        defaults: What all else was.
        nst_tf: The version.
        tensorflow: The version.
        seconds: That it took.
        stopped: After how many evaluations it was stopped; `None` if it was not.
    """

    verb: str
    given: Values
    defaults: Values
    nst_tf: str
    tensorflow: str
    seconds: float
    stopped: int | None = None

    def to_json(self) -> str:
        """One line, ASCII."""
        facts = {"version": VERSION, **{name: value for name, value in vars(self).items() if value is not None}}
        return json.dumps(facts, default=InputFile.facts, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe of such a line.

        Raises:
            InputError: It is none, or one of a later version.
        """
        try:
            facts = json.loads(text)
        except (ValueError, RecursionError):
            raise InputError("it is no JSON") from None
        version = _take(dict(facts) if isinstance(facts, dict) else {}, "version", _is_count, "a version")
        if version > VERSION:
            raise InputError(f"it was written by a later version, nst_tf {facts.get('nst_tf')}; upgrade to use it")
        return cls(
            _take(facts, "verb", _is_text, "the name of a verb"),
            _values(_take(facts, "given", _is_object, "an object of options")),
            _values(_take(facts, "defaults", _is_object, "an object of options")),
            _take(facts, "nst_tf", _is_text, "a version"),
            _take(facts, "tensorflow", _is_text, "a version"),
            _take(facts, "seconds", _is_number, "a number of seconds"),
            _take({"stopped": None, **facts}, "stopped", _is_count_or_none, "a number of evaluations"),
        )


def _take(facts: dict, name: str, fits: Callable[[Any], bool], what: str) -> Any:
    if not fits(facts.get(name)):
        raise InputError(f"its {name!r} is not {what}")
    return facts[name]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_count_or_none(value: Any) -> bool:
    return value is None or _is_count(value)


def _values(facts: dict[str, Any]) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in facts.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_one(name, one) for one in value]
    return True if value is True and name.startswith("-") else _one(name, value)


def _one(name: str, value: Any) -> str | InputFile:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and {"file", "sha256"} <= set(value) <= {"file", "sha256", "rest", "then"}:
        then = value.get("then")
        return InputFile(**{**value, "then": None if then is None else _file(name, then)})
    raise InputError(f"its {name!r} is neither text nor a file with its SHA-256")


def _file(name: str, value: Any) -> InputFile:
    if not isinstance(found := _one(name, value), InputFile):
        raise InputError(f"its {name!r} has something else than a file behind a file")
    return found
