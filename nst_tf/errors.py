"""The errors a caller is meant to read."""

import difflib
from collections.abc import Iterable

__all__ = ["InputError", "NstError", "unknown"]


class NstError(Exception):
    """A failure whose message is written for the user; the command line exits with status 1."""


class InputError(NstError, ValueError):
    """A request or a file that cannot be used as given; the command line exits with status 2."""


LISTED = 60  # names; the layers of a large network are too many for one line


def unknown(kind: str, name: object, known: Iterable[str]) -> InputError:
    """The error for a `name` that is none of the `known` ones, with the nearest of them suggested."""
    known = list(known)
    close = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return InputError(f"unknown {kind} {name!r}; {hint}there is: {', '.join(known[:LISTED])}{more}")
