"""What is compared: ways to make a picture of a photograph and a painting."""

from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nst_tf
from nst_tf.cli.shell.values import READERS
from nst_tf.errors import InputError, unknown
from nst_tf.one_pass.settings import FAST
from nst_tf.settings import Presets

__all__ = ["Method", "read_methods"]

ONE_PASS = "fast"
SWITCH = {"on": True, "off": False}


@dataclass(frozen=True)
class Method:
    """A preset of `stylize`, or the one pass of the network for any style, with settings changed.

    Attributes:
        label: What it is called: the preset, and the changes as they were given.
        preset: A key of `nst_tf.PRESETS`, or `"fast"`.
        changes: Settings by name, `size` among them.
    """

    label: str
    preset: str
    changes: Mapping[str, Any]

    def paint(self, content: nst_tf.Picture, style: nst_tf.Picture) -> nst_tf.Picture:
        """The picture.

        Raises:
            InputError: It cannot be made in this size.
        """
        if self.preset == ONE_PASS:
            return nst_tf.fast_stylize(content, style, **self.changes)
        return nst_tf.stylize(content, style, preset=self.preset, **self.changes).picture


def read_methods(texts: Sequence[str], common: Sequence[str], size: int) -> list[Method]:
    """The methods that the command line asks for.

    Args:
        texts: Each a preset or `"fast"`, and settings after it: `"default steps=40,25 init=fast"`.
        common: Settings `"key=value"` of all methods that have them and do not say otherwise.
        size: Longest side of the pictures in pixels.

    Raises:
        InputError: A preset or a setting is unknown, a value cannot be used, or two methods are the same.
    """
    known = {setting for text in texts for setting in _presets(text.split()[:1]).types}
    for name in map(_name, common):
        if name not in known:
            raise unknown("setting", name, known)
    methods = [_read(text, common, size) for text in texts]
    labels = [method.label for method in methods]
    if repeated := {label for label in labels if labels.count(label) > 1}:
        raise InputError(f"the method {repeated.pop()!r} is given more than once")
    return methods


def _presets(words: Sequence[str]) -> Presets:
    if not words:
        raise InputError("a method is empty; it must be a preset, and settings after it")
    return FAST if words[0] == ONE_PASS else nst_tf.PRESETS


def _read(text: str, common: Sequence[str], size: int) -> Method:
    preset, *own = text.split()
    presets = _presets([preset])
    if preset not in [ONE_PASS, *nst_tf.PRESETS]:
        raise unknown("method", preset, [*nst_tf.PRESETS, ONE_PASS])
    changed = set(map(_name, own))
    pairs = [*own, *(pair for pair in common if _name(pair) in presets.types and _name(pair) not in changed)]
    changes = {"size": size, **dict(_setting(pair, presets) for pair in pairs)}
    presets.choose("default" if preset == ONE_PASS else preset, **changes)
    return Method(" ".join([preset, *pairs]), preset, changes)


def _name(pair: str) -> str:
    return pair.partition("=")[0].replace("-", "_")


def _setting(pair: str, presets: Presets) -> tuple[str, Any]:
    """A setting and its value from `key=value`."""
    name, (_, equals, value) = _name(pair), pair.partition("=")
    if not equals:
        raise InputError(f"{pair!r} is not of the form KEY=VALUE")
    if name not in presets.types:
        raise unknown("setting", name, presets.types)
    kind = presets.types[name]
    if kind is bool:
        if value not in SWITCH:
            raise unknown(name, value, SWITCH)
        return name, SWITCH[value]
    try:
        return name, READERS[kind](value)
    except ArgumentTypeError as error:
        raise InputError(f"{name}: {error}") from None
