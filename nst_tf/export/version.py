"""The folders of versions that TensorFlow Serving looks for: whole numbers, which appear in one step."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from nst_tf.errors import InputError, NstError
from nst_tf.serve.server.version_folders import version_number

__all__ = ["next_version", "write_version"]


def next_version(folder: Path) -> int:
    """The number after the largest there is in a model's folder, from 1."""
    numbers = [version_number(entry.name) for entry in folder.iterdir()] if folder.is_dir() else []
    return max((number for number in numbers if number is not None), default=0) + 1


def write_version(folder: Path, write: Callable[[Path], None]) -> Path:
    """Makes the next version of a model, whole or not at all.

    A server never sees it half-written: until all is there, the name of its folder is no number.

    Args:
        folder: Of the model; made if it is missing.
        write: Called with an empty folder to write to.

    Returns:
        The folder of the version.

    Raises:
        InputError: The folder cannot be made.
        NstError: The disk is full, or another failure of the system while writing.
    """
    temporary = folder / f".tmp-{secrets.token_hex(8)}"
    try:
        temporary.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    try:
        write(temporary)
        return temporary.rename(folder / str(next_version(folder)))
    except OSError as error:
        raise NstError(f"cannot write to {folder}: {(error.strerror or str(error)).lower()}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        with contextlib.suppress(OSError):  # it stays where it holds a version
            os.rmdir(folder)
