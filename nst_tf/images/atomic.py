"""Files that are written whole or not at all, and folders for them."""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from nst_tf.errors import InputError, NstError
from nst_tf.images.temporary import temporary_entry

__all__ = ["atomic_write", "check_target", "make_folder"]


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Yields an empty temporary file in the folder of `path`, which becomes `path` when the block ends well.

    When it does not, the temporary file is removed and an older file at `path` stays as it was. A symbolic link is
    followed, and the permissions of an older file are kept.

    Args:
        path: the file to write.

    Yields:
        The path to write to.

    Raises:
        InputError: as `check_target`.
        NstError: the disk is full, or another failure of the system while writing.
    """
    target = check_target(path)
    try:
        # Keras wants its own extension, so it is that of the target.
        with temporary_entry(target.parent, target.suffix) as temporary:
            yield temporary
            _flush(temporary)
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
    except OSError as error:
        raise NstError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def check_target(path: str | os.PathLike) -> Path:
    """The file, symbolic links resolved, that writing `path` makes or replaces.

    Raises:
        InputError: its folder is missing or cannot be written to, or `path` is a folder, write-protected or special.
    """
    try:
        target = Path(path).resolve()
        mode = target.stat().st_mode if target.exists() else None
        folder = target.parent.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error
    reason = _obstacle(target, mode) if folder else f"there is no folder {target.parent}"
    if reason:
        raise InputError(f"cannot write {path}: {reason}")
    return target


def make_folder(path: str | os.PathLike) -> None:
    """Makes a folder, and those that it is in, if there is none.

    Raises:
        InputError: it cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot make the folder {path}: {reason.lower()}") from error


def _obstacle(target: Path, mode: int | None) -> str | None:
    if mode is not None and stat.S_ISDIR(mode):
        return "it is a folder"
    if mode is not None and not stat.S_ISREG(mode):
        return "it is not a regular file"
    if mode is not None and not os.access(target, os.W_OK):
        return "the file is write-protected"
    if not os.access(target.parent, os.W_OK | os.X_OK):
        return f"no permission to write to the folder {target.parent}"
    return None


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
