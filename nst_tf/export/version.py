"""The folders of versions that TensorFlow Serving looks for: whole numbers, which appear in one step."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from nst_tf.errors import InputError, NstError, system_error
from nst_tf.images import make_folder
from nst_tf.images.temporary import temporary_entry
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
        InputError: The folder cannot be made or written to.
        NstError: The disk is full, or another failure of the system while writing.
    """
    make_folder(folder)
    try:
        with temporary_entry(folder, is_folder=True) as temporary:
            write(temporary)
            return _appear(temporary, folder)
    except Exception as error:
        refused = system_error(error)
        if refused is None:
            raise
        kind = InputError if isinstance(refused, PermissionError) else NstError
        raise kind(f"cannot write to {folder}: {(refused.strerror or str(refused)).lower()}") from error
    finally:
        with contextlib.suppress(OSError):  # it stays where it holds a version
            os.rmdir(folder)


def _appear(temporary: Path, folder: Path) -> Path:
    while True:
        try:
            return temporary.rename(folder / str(next_version(folder)))
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):  # which mean: another export has just taken it
                raise
