"""Signatures that name the settings which a function takes, for `help` and for completion."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from nst_tf.settings.presets import Presets

__all__ = ["keywords"]

Function = TypeVar("Function", bound=Callable)
OWN = inspect.Parameter.KEYWORD_ONLY


def keywords(source: Presets | Callable) -> Callable[[Function], Function]:
    """A decorator for a function with `**`: its signature names all that this may hold.

    Args:
        source: The presets of a recipe, whose settings the function takes; or the function to which it passes what it
            is given.
    """

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        kept = [one for one in own.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {one.name for one in kept}
        more = [one for one in _parameters(source) if one.name not in names]
        kept = [_with_presets(one, source) for one in kept]
        function.__signature__ = own.replace(parameters=[*kept, *more])
        return function

    return decorate


def _parameters(source: Presets | Callable) -> Iterable[inspect.Parameter]:
    if not isinstance(source, Presets):
        return [one for one in inspect.signature(source).parameters.values() if one.kind is OWN]
    default = source["default"]
    return [
        inspect.Parameter(name, OWN, default=getattr(default, name), annotation=_type(source, name))
        for name in source.types
    ]


def _type(presets: Presets, name: str) -> Any:
    """What a setting may be: its choices, if they are all that it may."""
    choices = presets.about[name].choices
    return Literal[choices] if choices else presets.types[name]


def _with_presets(one: inspect.Parameter, source: Presets | Callable) -> inspect.Parameter:
    if one.name != "preset" or not isinstance(source, Presets):
        return one
    return one.replace(annotation=Literal[tuple(source)])
