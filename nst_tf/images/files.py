"""Image files: their extensions, the formats that these stand for by Pillow's names, and folders of them."""

import os
from pathlib import Path

from nst_tf.errors import InputError

__all__ = ["READABLE", "WRITABLE", "list_images"]

WRITABLE = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
READABLE = {**WRITABLE, ".bmp": "BMP", ".gif": "GIF"}


def list_images(path: str | os.PathLike) -> list[Path]:
    """The image files in the folder `path`, by extension and sorted by name; hidden files and subfolders are skipped.

    Raises:
        InputError: there is no such folder, it cannot be read, or it has no image.
    """
    try:
        files = [file for file in Path(path).iterdir() if _is_image(file)]
    except OSError as error:
        raise InputError(f"cannot list the folder {path}: {(error.strerror or str(error)).lower()}") from error
    if not files:
        raise InputError(f"the folder {path} has no image ({', '.join(READABLE)})")
    return sorted(files)


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in READABLE and not file.name.startswith(".") and file.is_file()
