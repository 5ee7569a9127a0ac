"""From the recipe of a picture to the command line that makes it again, with other options on top."""

import contextlib
import os
from argparse import Action, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nst_tf.cli.replay.inputs import find_inputs
from nst_tf.cli.replay.recipe import InputFile, Recipe, Values
from nst_tf.cli.replay.record import OF_THE_RUN, values_of
from nst_tf.cli.shell.failure import describe
from nst_tf.cli.shell.files import Input, Program
from nst_tf.cli.shell.parser import Parser
from nst_tf.errors import InputError, unknown

__all__ = ["again", "words"]

# What others depend on where they are not given; a change of it lets go of what these were.
BASES = frozenset({"preset", "fast", "network", "hub"})

Place = Callable[[InputFile], str]


def words(values: Values, place: Place) -> list[str]:
    """The words of a command line, without the verb.

    Args:
        values: Arguments and options.
        place: The path to write for a file.
    """
    options = [name for name in values if name.startswith("-")]
    alone = [_file(one, place) for name in values if name not in options for one in _each(values[name])]
    return alone + [word for name in options for one in _each(values[name]) for word in _option(name, one, place)]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: str | InputFile, place: Place) -> str:
    return value if isinstance(value, str) else "".join(place(one) + one.rest for one in value.files)


def _file(value: str | InputFile, place: Place) -> str:
    text = _text(value, place)
    return f".{os.sep}{text}" if text.startswith("-") else text


def _option(name: str, value: str | bool | InputFile, place: Place) -> list[str]:
    if value is True:
        return [name]
    text = _text(value, place)
    return [f"{name}={text}"] if text.startswith("-") else [name, text]


def again(
    parser: Parser, picture: str, recipe: Recipe, folders: Sequence[Path], output: str, changes: Sequence[str]
) -> Namespace:
    """The command line that makes a picture again.

    Args:
        parser: Of all verbs.
        picture: Its file, for messages.
        recipe: That it carries.
        folders: Where its files may be.
        output: The file to write.
        changes: Options on top, which replace those of the recipe.

    Raises:
        InputError: The recipe is none that this version understands, asks for what a recipe may not, or its files are
            not there.
    """
    with _told_of(picture):
        verb = _verb(parser, recipe.verb)
        replaced = verb.replaced_by(changes)
        given = _kept(verb, recipe.given, replaced)
        defaults = {} if replaced & BASES else _kept(verb, recipe.defaults, replaced)
        _check_programs(verb, {**given, **defaults})
    found = find_inputs(_files({**given, **defaults}), folders)
    _check_saved_models({**given, **defaults}, found)

    def parsed(values: Values) -> Namespace:
        line = [*words(values, lambda one: str(found[one])), f"--output={output}", *changes]
        # Not by the parser of all verbs, which reads options from any file that --flagfile names.
        return verb.parse_args(line, Namespace(verb=recipe.verb))

    with _told_of(picture, verb):
        now = values_of(parsed(given))[1]
        # What this version would do otherwise is said; the rest stays a default, as it was.
        values = {**given, **{name: value for name, value in defaults.items() if now.get(name) != value}}
        line = parsed(values)
        _check_files({name: value for name, value in vars(line).items() if name not in replaced}, found)
    return line


@contextlib.contextmanager
def _told_of(picture: str, verb: Parser | None = None) -> Iterator[None]:
    """Says of what is refused in the block that the picture is not made again because of it."""
    about = f"cannot make {picture} again: "
    try:
        if verb is not None:
            verb.about = about
        yield
    except InputError as error:
        raise InputError(about + describe(error)[1]) from None
    finally:
        if verb is not None:
            verb.about = ""


def _verb(parser: Parser, name: str) -> Parser:
    verb = parser.verb(name)
    if verb is None or "no_recipe" not in {action.dest for action in verb.arguments}:
        raise InputError(f"{name!r} is no verb whose pictures have one")
    return verb


def _kept(verb: Parser, values: Values, replaced: set[str]) -> Values:
    """What is not replaced."""
    known = _known(verb)
    for name in values:
        if name not in known:
            raise unknown("option", name, known)
    return {name: value for name, value in values.items() if known[name].dest not in replaced}


def _known(verb: Parser) -> dict[str, Action]:
    """What a recipe may set, by its names."""
    actions = [action for action in verb.arguments if action.dest not in OF_THE_RUN]
    return {name: action for action in actions for name in (action.option_strings or [action.dest])}


def _check_programs(verb: Parser, values: Values) -> None:
    known = _known(verb)
    for name, value in values.items():
        if known[name].type is Program:
            told = value.file if isinstance(value, InputFile) else value
            raise InputError(
                f"{name} {told} is a program, which it cannot have run; if you trust it, add {name} yourself"
            )


def _files(values: Values) -> list[InputFile]:
    given = (one for value in values.values() for one in _each(value) if isinstance(one, InputFile))
    return [file for one in given for file in one.files]


def _check_saved_models(values: Values, found: Mapping[InputFile, Path]) -> None:
    for name, value in values.items():
        for one in _each(value):
            if one in found and (found[one] / "saved_model.pb").exists():
                raise InputError(
                    f"{found[one]} is a program, which no recipe can have run; if you trust it, add {name} yourself"
                )


def _check_files(values: Mapping[str, Any], found: Mapping[InputFile, Path]) -> None:
    """Refuses a recipe that has another file read than those that it names by their hash."""
    known = {os.path.abspath(path) for path in found.values()}
    for value in values.values():
        for one in _each(value):
            for file in one.files if isinstance(one, Input) else ():
                if os.path.abspath(file.path) not in known:
                    raise InputError(f"{str(one)!r} is none of its files, which have a SHA-256 each")
