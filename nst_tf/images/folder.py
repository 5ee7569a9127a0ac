"""Folders of images."""

import os
from pathlib import Path

from nst_tf.errors import InputError
from nst_tf.images.formats import READABLE

__all__ = ["list_images"]


def list_images(path: str | os.PathLike) -> list[Path]:
    """The image files in the folder `path`, by extension and sorted by name; hidden files and subfolders are skipped.

    Raises:
        InputError: there is no such folder, it cannot be read, or it has no image.
    """
    try:
        files = [file for file in Path(path).iterdir() if _is_image(file)]
    except OSError as error:
        raise InputError(f"cannot list the folder {path}: {error.strerror.lower()}") from error
    if not files:
        raise InputError(f"the folder {path} has no image ({', '.join(READABLE)})")
    return sorted(files)


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in READABLE and not file.name.startswith(".") and file.is_file()
