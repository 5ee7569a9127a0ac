"""What an ablation finds, in the shape of the paper's table 3 (Zeiler and Fergus 2013)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Ablation", "AblationRow"]

TOP = 5


@dataclass(frozen=True)
class AblationRow:
    """A variant of a network after training.

    Attributes:
        variant: Its name.
        omit: The layers it is without.
        maps: Its other numbers of maps or units by layer, before the width was applied.
        train_error: Share of the images trained with whose class is not the most probable one; by ten crops of the
            trained model, like all errors.
        val_error: The same of the held-out images.
        val_top5_error: Share of the held-out images whose class is not among the five most probable ones.
        parameters: How many weights and biases it has.
    """

    variant: str
    omit: tuple[str, ...]
    maps: Mapping[str, int]
    train_error: float
    val_error: float
    val_top5_error: float
    parameters: int


@dataclass(frozen=True)
class Ablation:
    """Variants of a network that were trained alike.

    Attributes:
        settings: What was the same for all, by the names of the arguments of `ablate`.
        classes: How many classes there are.
        train_images: How many images were trained with.
        held_out_images: How many images the variants were judged by.
        skipped: Path of each unreadable image, within the folder of images, to the reason.
        rows: One for each variant.
    """

    settings: Mapping[str, Any]
    classes: int
    train_images: int
    held_out_images: int
    skipped: Mapping[str, str]
    rows: tuple[AblationRow, ...]

    def record(self) -> dict[str, Any]:
        """All of it, in values that JSON knows; `top` is how many answers the top-5 error allows."""
        return {**asdict(self), "top": min(TOP, self.classes)}

    def text(self) -> str:
        """The table for people: errors in per cent."""
        top = min(TOP, self.classes)
        titles = ("variant", "train top-1", "val top-1", f"val top-{top}", "parameters")
        cells = [titles, *(_cells(row) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join([*self._head(top), "", *(_line(row, widths) for row in cells)])

    def _head(self, top: int) -> list[str]:
        sizes = "{architecture}, side {side}, width {width:g}, epochs {epochs}".format(**self.settings)
        images = f"{self.train_images} images to train with, {self.held_out_images} held out (val)"
        few = [f"there are {top} classes only: val top-{top} is 0 of necessity"] if top == self.classes else []
        return [f"{sizes}; {self.classes} classes, {images}", "errors in per cent, by ten crops", *few]


def _cells(row: AblationRow) -> tuple[str, ...]:
    errors = (row.train_error, row.val_error, row.val_top5_error)
    return row.variant, *(f"{100 * error:.1f}" for error in errors), f"{row.parameters:,}"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    numbers = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "   ".join([cells[0].ljust(widths[0]), *numbers])
