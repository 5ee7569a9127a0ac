"""Labelled images: a folder of class folders, or an ImageNet directory."""

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nst_tf.errors import InputError
from nst_tf.images import list_images

__all__ = ["ClassFolders", "Labelled", "find_classes"]


@dataclass(frozen=True)
class Labelled:
    """Image files and the numbers of their classes, in the same order."""

    files: tuple[Path, ...]
    labels: tuple[int, ...]

    def without(self, skipped: Collection[str]) -> "Labelled":
        """Those whose path is none of `skipped`."""
        kept = [(file, label) for file, label in zip(self.files, self.labels, strict=True) if str(file) not in skipped]
        return Labelled(*zip(*kept, strict=True)) if kept else Labelled((), ())


@dataclass(frozen=True)
class ClassFolders:
    """Images to train a classifier with, and images to judge it by.

    Attributes:
        folder: Where they are.
        classes: The names of the classes, those of their folders, sorted; a label is a number in this list.
        train: The images to train with, class by class and sorted by name within.
        held_out: The others, likewise.
    """

    folder: Path
    classes: tuple[str, ...]
    train: Labelled
    held_out: Labelled

    def digest(self) -> str:
        """The SHA-256 of the files' paths within `folder`: another one means other images."""
        paths = [str(file.relative_to(self.folder)) for file in (*self.train.files, *self.held_out.files)]
        text = "\n".join([str(len(self.train.files)), *paths])
        return hashlib.sha256(os.fsencode(text)).hexdigest()

    def within(self, reasons: Mapping[str, str]) -> dict[str, str]:
        """The same, with the files' paths within `folder`: they stay the same when it is moved."""
        return {str(Path(path).relative_to(self.folder)): reason for path, reason in reasons.items()}

    def without(self, skipped: Collection[str]) -> "ClassFolders":
        """The same without some files.

        Args:
            skipped: Their paths within `folder`.

        Raises:
            InputError: A class has nothing left to train with or to be judged by.
        """
        paths = {str(self.folder / name) for name in skipped}
        left = replace(self, train=self.train.without(paths), held_out=self.held_out.without(paths))
        for number, name in enumerate(self.classes):
            for part, use in ((left.train, "train with"), (left.held_out, "hold out")):
                if number not in part.labels:
                    raise InputError(f"the class {name!r} in {self.folder} has no readable image to {use}")
        return left


def find_classes(folder: str | os.PathLike, held_out: float = 0.2, seed: int = 0) -> ClassFolders:
    """Finds the images of each class.

    Args:
        folder: Holds a folder of images for each class; or, as ImageNet, `train` and `val`, which hold them.
        held_out: The share of each class that is not trained with, between 0 and 1, at least one image; of no
            meaning for `train` and `val`. Which images depends on their names and the seed only.
        seed: Another number holds out other images.

    Raises:
        InputError: There are fewer than two class folders, one has too few images, or `held_out` is out of range.
    """
    if not 0 < held_out < 1:
        raise InputError(f"the share of images to hold out must be between 0 and 1, not {held_out}")
    folder = Path(folder)
    names = _subfolders(folder)
    if {"train", "val"} <= set(names):
        return _find_imagenet(folder)
    images = {name: list_images(folder / name) for name in _at_least_two(folder, names)}
    parts = [_split(name, files, held_out, seed) for name, files in images.items()]
    train, held = zip(*parts, strict=True)
    return ClassFolders(folder, tuple(images), _labelled(train), _labelled(held))


def _find_imagenet(folder: Path) -> ClassFolders:
    names = _at_least_two(folder / "train", _subfolders(folder / "train"))
    if odd := sorted(set(names) ^ set(_subfolders(folder / "val"))):
        raise InputError(f"{folder / 'train'} and {folder / 'val'} have different classes; only one has {odd[0]!r}")
    parts = [[list_images(folder / part / name) for name in names] for part in ("train", "val")]
    return ClassFolders(folder, tuple(names), *map(_labelled, parts))


def _subfolders(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError as error:
        raise InputError(f"cannot list the folder {folder}: {(error.strerror or str(error)).lower()}") from error


def _at_least_two(folder: Path, names: list[str]) -> list[str]:
    if len(names) < 2:
        found = f"only {names[0]!r}" if names else "none"
        raise InputError(f"{folder} must hold a folder of images for each of two classes or more; it has {found}")
    return names


def _split(name: str, files: list[Path], held_out: float, seed: int) -> tuple[list[Path], list[Path]]:
    if len(files) < 2:
        raise InputError(f"the class {name!r} needs two images or more, one of them to hold out; it has {len(files)}")
    count = min(max(round(held_out * len(files)), 1), len(files) - 1)
    # By a hash of the name, so that another file in the folder moves few others.
    drawn = sorted(files, key=lambda file: hashlib.sha256(os.fsencode(f"{seed}/{name}/{file.name}")).digest())
    return sorted(drawn[count:]), sorted(drawn[:count])


def _labelled(classes: Sequence[Sequence[Path]]) -> Labelled:
    pairs = [(file, label) for label, files in enumerate(classes) for file in files]
    return Labelled(*zip(*pairs, strict=True))
