"""What the command line that is running would be told by: taken down for the recipe of its pictures."""

import json
import os
import time
from argparse import Action, BooleanOptionalAction, Namespace, _AppendAction
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.replay.inputs import input_file
from nst_tf.cli.replay.recipe import InputFile, Recipe
from nst_tf.cli.replay.xmp import to_xmp
from nst_tf.cli.shell.files import Content, Input
from nst_tf.cli.shell.values import text_of
from nst_tf.version import __version__

__all__ = ["OF_THE_RUN", "Recording", "add_no_recipe", "tensorflow_version", "values_of"]

# What says how it is run and where results go, and changes no picture but where it stops.
OF_THE_RUN = frozenset(
    {
        "address",
        "debug",
        "json",
        "no_recipe",
        "npz",
        "on",
        "output",
        "overwrite",
        "quiet",
        "recursive",
        "save_every",
        "shard",
        "show_tiling",
        "singles",
        "time_limit",
        "workers",
    }
)
MOST_BYTES = 60_000  # JPEG can hold little more


def add_no_recipe(parser: Any) -> None:
    """Adds `--no-recipe`, which a verb has whose pictures carry their recipe."""
    parser.add_argument("--no-recipe", action="store_true",
                        help="do not write into the picture how it was made: these options, names and SHA-256 of "
                             "the files, versions")  # fmt: skip


class Recording:
    """The recipe of a picture that is being made.

    Args:
        arguments: Of the command line.
        content: The file of which this picture is made, where pictures are made of several.
    """

    def __init__(self, arguments: Namespace, content: Path | None = None):
        self._began, self._carried = time.monotonic(), not arguments.no_recipe
        parts = values_of(arguments, None if content is None else Content(content))
        self._stored = arguments.verb, *({name: _stored(one) for name, one in part.items()} for part in parts)

    @property
    def command(self) -> dict[str, Any]:
        """All that makes the picture what it is, as JSON has it: by this, a half-made one is known again."""
        verb, given, defaults = self._stored
        versions = {"nst_tf": __version__, "TensorFlow": tensorflow_version()}
        return json.loads(json.dumps({"verb": verb, **versions, **defaults, **given}, default=InputFile.facts))

    def xmp(self, seconds: float | None = None, stopped: int | None = None) -> bytes:
        """The packet for the file; empty without a recipe.

        Args:
            seconds: That it took; by default, since it began.
            stopped: After how many evaluations, if it was stopped.
        """
        if not self._carried:
            return b""
        seconds = time.monotonic() - self._began if seconds is None else seconds
        packet = to_xmp(Recipe(*self._stored, __version__, tensorflow_version(), round(seconds, 3), stopped))
        if len(packet) > MOST_BYTES:
            logging.warning("the recipe has %d bytes, too many for a picture; it is left out", len(packet))
            return b""
        return packet


def tensorflow_version() -> str:
    """The version of TensorFlow, which need not be imported."""
    try:
        return version("tensorflow")
    except PackageNotFoundError:  # under another name, such as tensorflow-cpu
        return "unknown"


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_stored(one) for one in value]
    if isinstance(value, Input):
        return input_file(value) if os.path.exists(value.path) else str(value)  # an address
    return value


def values_of(arguments: Namespace, content: Content | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was given on the command line, and what all else was: as `Values`, but with each file as an `Input`.

    Args:
        arguments: Of a verb that has recipes.
        content: In place of all contents, see `Recording`.
    """
    given, defaults, settings = {}, {}, _settings(arguments)
    for action in arguments.parser.verb(arguments.verb).arguments:
        if action.dest in OF_THE_RUN:
            continue
        value = getattr(arguments, action.dest)
        if content is not None and _holds_content(value):
            value = [content] if not action.option_strings else None
        of_user = value != action.default
        value = settings.get(action.dest) if value is None else value
        (given if of_user else defaults).update(_entry(action, value))
    return given, defaults


def _settings(arguments: Namespace) -> Mapping[str, Any]:
    """All settings as the verb resolves them; empty if it has none."""
    return arguments.resolve(arguments) if hasattr(arguments, "resolve") else {}


def _holds_content(value: Any) -> bool:
    return any(isinstance(one, Content) for one in (value if isinstance(value, list) else [value]))


def _entry(action: Action, value: Any) -> Iterator[tuple[str, Any]]:
    """The name and the text of one argument, if it has a value."""
    name = next((one for one in action.option_strings if one.startswith("--")), action.dest)
    if isinstance(action, BooleanOptionalAction):
        if value is not None:
            yield name if value else action.option_strings[-1], True
    elif action.nargs == 0:
        if value:
            yield name, True
    elif _is_several(action):
        if value:
            yield name, [_text(one) for one in (value if isinstance(value, list) else [value])]
    elif text := _text(value):
        yield name, text


def _is_several(action: Action) -> bool:
    """Whether it is an argument of several values, and not one value that is a list."""
    return action.nargs in ("*", "+") or not action.option_strings or isinstance(action, _AppendAction)


def _text(value: Any) -> Any:
    return value if isinstance(value, Input) else text_of(value)
