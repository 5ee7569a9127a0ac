"""The pictures of a comparison, each with its settings and the command that makes it, and their places in a grid."""

import itertools
import math
import re
import shlex
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nst_tf.cli.work.comparison.axes import Axis, Choice
from nst_tf.cli.work.options import changed_options
from nst_tf.errors import InputError
from nst_tf.settings import Presets

__all__ = ["MOST", "Cell", "Comparison", "Row"]

MOST = 64  # pictures on a sheet: more are no comparison any more
WIDEST = 5  # pictures side by side where only one thing varies


class Cell(NamedTuple):
    """A picture to make.

    Attributes:
        labels: What is special of it: a word for each thing that varies.
        painting: Path of its style.
        settings: How it is made.
        command: Which makes it alone, as `nst-tf stylize` takes it.
    """

    labels: tuple[str, ...]
    painting: str
    settings: Any
    command: str

    @property
    def name(self) -> str:
        """All its labels."""
        return ", ".join(self.labels)


class Row(NamedTuple):
    """Pictures side by side.

    Attributes:
        title: What they have in common, beside what all have; may be empty.
        cells: The numbers of the pictures.
        labels: What each of them is called beside the others.
    """

    title: str
    cells: Sequence[int]
    labels: Sequence[str]


@dataclass(frozen=True)
class Comparison:
    """All pictures that differ in some things, in every combination.

    Attributes:
        content: Path of the photograph.
        paintings: What the paintings are called, and their paths.
        axes: The things that vary; the one with the most choices, which are side by side, is the last.
        cells: The pictures; the last axis varies fastest.
    """

    content: str
    paintings: dict[str, str]
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]

    @classmethod
    def of(
        cls,
        content: str,
        styles: Axis,
        varied: Sequence[Axis],
        presets: Presets,
        common: dict[str, Any],
        further: Sequence[str],
    ) -> "Comparison":
        """The comparison that a user asks for.

        Args:
            content: Path of the photograph.
            styles: Its paintings, see `paintings`.
            varied: What else varies.
            presets: Of the recipe as `nst-tf stylize` has them.
            common: What all pictures have: keywords of `Presets.choose`.
            further: Arguments that each command has, beside those of settings.

        Raises:
            InputError: Nothing varies, or there are too many combinations, or settings that do not go together.
        """
        axes = [axis for axis in (styles, *varied) if axis is not styles or len(axis.choices) > 1]
        if not axes:
            raise InputError("nothing varies; give several STYLEs, or --vary SETTING=VALUE,VALUE, as in strength=0.5,1")
        axes.sort(key=lambda axis: len(axis.choices))
        _check_number(axes)
        paths = {choice.label: choice.change["painting"] for choice in styles.choices}
        combined = itertools.product(*(axis.choices for axis in axes))
        cells = [_cell(content, styles.choices[0], choices, presets, common, further) for choices in combined]
        return cls(content, paths, tuple(axes), tuple(cells))

    @property
    def in_words(self) -> str:
        """How many pictures there are, and of what: `6 pictures: 2 paintings x 3 values of strength`."""
        return f"{len(self.cells)} pictures: {_product(self.axes)}"

    @property
    def columns(self) -> int:
        """How many pictures are side by side."""
        # Only now what takes a while to import.
        from nst_tf.images.montage import even_columns

        last = len(self.axes[-1].choices)
        return last if len(self.axes) > 1 else even_columns(last, WIDEST)

    def rows(self, made: Container[int]) -> Iterator[Row]:
        """The rows in which there is a picture: in each the last axis varies; one axis alone is broken into lines.

        Args:
            made: The numbers of the pictures that there are.
        """
        for first in range(0, len(self.cells), self.columns):
            numbers = range(first, min(first + self.columns, len(self.cells)))
            *common, _ = self.cells[first].labels
            if any(number in made for number in numbers):
                yield Row(", ".join(common), numbers, [self.cells[number].labels[-1] for number in numbers])


def _cell(
    content: str,
    first: Choice,
    choices: Sequence[Choice],
    presets: Presets,
    common: dict[str, Any],
    further: Sequence[str],
) -> Cell:
    changes = {**common, **first.change}
    for choice in choices:
        changes |= choice.change
    painting, preset = changes.pop("painting"), changes.get("preset", "default")
    settings, labels = presets.choose(**changes), tuple(choice.label for choice in choices)
    target = _file_name(Path(content).stem, Path(painting).stem, *labels)
    preset_option = ["--preset", preset] if preset != "default" else []
    options = [*further, *preset_option, *changed_options(settings, presets[preset])]
    command = shlex.join(["nst-tf", "stylize", content, painting, "-o", target, *options])
    return Cell(labels, painting, settings, command)


def _file_name(*words: str) -> str:
    """The words in a name that needs no quotes in a shell, each once."""
    plain = [re.sub(r"[^\w.]+", "-", word).strip("-.") for word in words]
    return "-".join(filter(None, dict.fromkeys(plain))) + ".png"


def _product(axes: Sequence[Axis]) -> str:
    return " x ".join(_counted(axis) for axis in axes)


def _counted(axis: Axis) -> str:
    number = len(axis.choices)
    if axis.name in ("painting", "preset"):
        return f"{number} {axis.name}{'s' * (number > 1)}"
    return f"{number} value{'s' * (number > 1)} of {axis.name}"


def _check_number(axes: Sequence[Axis]) -> None:
    number = math.prod(len(axis.choices) for axis in axes)
    if number > MOST:
        raise InputError(
            f"{_product(axes)} are {number} pictures, and {MOST} are the most to compare; give fewer values"
        )
