"""The images that a feed-forward network is trained with, and those that it is judged by."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from nst_tf.errors import InputError
from nst_tf.images import find_images
from nst_tf.training.crops import readable_crops

__all__ = ["TrainingImages", "find_training_images"]

HELD_OUT = 0.1
SMALLEST = 2


@dataclass(frozen=True)
class TrainingImages:
    """Image files, split.

    Attributes:
        folder: Where they are.
        train: To train with, sorted.
        held_out: To judge by, sorted.
        skipped: Path of each unreadable file within the folder, to the reason.
    """

    folder: Path
    train: tuple[Path, ...]
    held_out: tuple[Path, ...]
    skipped: dict[str, str]

    def digest(self) -> str:
        """The SHA-256 of the files' paths within `folder`: another one means other images."""
        paths = [str(file.relative_to(self.folder)) for file in (*self.train, *self.held_out)]
        return hashlib.sha256(os.fsencode("\n".join([str(len(self.train)), *paths]))).hexdigest()


def find_training_images(folder: str | os.PathLike, seed: int = 0) -> TrainingImages:
    """Finds the images in a folder and all folders within, and holds a tenth of them out, at least one.

    Which are held out depends on their names and the seed only. Unreadable files are left out.

    Raises:
        InputError: There is no such folder, or it has fewer than two readable images.
    """
    root = Path(folder)
    files, skipped = find_images(root), {}
    for _ in readable_crops(files, 1, skipped):
        pass
    readable = [file for file in files if str(file) not in skipped]
    if len(readable) < SMALLEST:
        raise InputError(f"{folder} has {len(readable)} readable images; it must have {SMALLEST} or more")

    def lot(file: Path) -> bytes:
        return hashlib.sha256(os.fsencode(f"{seed}/{file.relative_to(root)}")).digest()

    drawn = sorted(readable, key=lot)
    count = max(1, round(HELD_OUT * len(drawn)))
    reasons = {str(Path(path).relative_to(root)): reason for path, reason in skipped.items()}
    return TrainingImages(root, tuple(sorted(drawn[count:])), tuple(sorted(drawn[:count])), reasons)
