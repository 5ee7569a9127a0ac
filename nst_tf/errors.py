"""The errors a caller is meant to read."""

import difflib
import errno
import os
import re
from collections.abc import Callable, Iterable

__all__ = ["InputError", "NstError", "SettingError", "nearest", "system_error", "unknown"]


class NstError(Exception):
    """A failure whose message is written for the user; the command line exits with status 1."""


class InputError(NstError, ValueError):
    """A request or a file that cannot be used as given; the command line exits with status 2."""


class SettingError(InputError):
    """Settings that cannot be used as given.

    Args:
        text: The message.
        *settings: Their names as they stand in it.
    """

    def __init__(self, text: str, *settings: str):
        super().__init__(text)
        self.settings = settings

    def told(self, name: Callable[[str], str]) -> str:
        """The message with other names for the settings, such as those of options."""
        words = "|".join(map(re.escape, self.settings))
        # Not what only holds the name, as paths and quoted values may.
        return re.sub(rf"(?<![\w/\\.'-])({words})(?![\w/\\.'-])", lambda found: name(found[0]), str(self))


LISTED = 60  # names; the layers of a large network are too many for one line
NEAR = 0.65  # of `difflib`, which is 1 for equal names


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of the known names that may have been meant: of nearly the same letters, or what `name` begins."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=NEAR) or [one for one in known if one.startswith(name)]
    return close[0] if name and close else None


def unknown(kind: str, name: object, known: Iterable[str]) -> InputError:
    """The error for a `name` that is none of the `known` ones, with the nearest of them suggested."""
    known = list(known)
    close = nearest(str(name), known)
    hint = f"did you mean {close!r}? " if close else ""
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return InputError(f"unknown {kind} {name!r}; {hint}there is: {', '.join(known[:LISTED])}{more}")


# TensorFlow puts the words of the system behind the file, and names of nodes before it.
_REASONS = {os.strerror(number): number for number in errno.errorcode}
_OF_SYSTEM = re.compile(rf"(?:\{{\{{.*?\}}\}} )?(.*?); ({'|'.join(map(re.escape, _REASONS))})(?!\w)")


def system_error(error: Exception) -> OSError | None:
    """What the system refused, as an `OSError`; `None` if an error is no refusal of the system.

    TensorFlow has one class for memory that it lacks, for a full disk and for too many open files; only its message
    tells them apart. Needs no TensorFlow.

    Args:
        error: Of Python, or of TensorFlow.
    """
    if isinstance(error, OSError):
        return error
    of_tensorflow = "OpError" in [one.__name__ for one in type(error).__mro__]
    found = _OF_SYSTEM.match(str(error)) if of_tensorflow else None
    return None if found is None else OSError(_REASONS[found[2]], found[2], found[1])
