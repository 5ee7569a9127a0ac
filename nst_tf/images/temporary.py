"""Temporary files and folders of which can be told whether anybody still needs them: whoever makes one holds a lock on
it, which the system takes back when the process ends, in whatever way.
"""

import contextlib
import fcntl
import functools
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

__all__ = ["temporary_entry"]

_NAME = re.compile(r"\.nst-[0-9a-f]{16}(\..*)?|\.tmp-[0-9a-f]{16}")  # the second as exports once called theirs


@contextlib.contextmanager
def temporary_entry(folder: Path, suffix: str = "", *, is_folder: bool = False) -> Iterator[Path]:
    """Yields a new and empty file or folder, which is removed when the block ends, unless it was renamed.

    Before the first one in a folder, what processes that are gone have left there is removed.

    Args:
        folder: Where.
        suffix: Of its name, which begins with a dot.
        is_folder: Whether it is a folder.

    Raises:
        OSError: It cannot be made.
    """
    path = folder / f".nst-{secrets.token_hex(8)}{suffix}"
    with contextlib.ExitStack() as held:
        held.callback(_remove, path)
        # One at a time: nobody may see an entry before it is locked and take it for abandoned.
        with _locked(folder, wait=True) as alone:
            if alone:
                _remove_abandoned(folder)
            _make(path, is_folder)
            held.enter_context(_locked(path, wait=True))
        yield path


def _make(path: Path, is_folder: bool) -> None:
    if is_folder:
        path.mkdir()
    else:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


@functools.cache
def _remove_abandoned(folder: Path) -> None:
    for name in filter(_NAME.fullmatch, os.listdir(folder)):
        with _locked(folder / name, wait=False) as free:
            if free:
                _remove(folder / name)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextlib.contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Holds the lock of a file or folder in the block; yields whether it is to be had, as not on every file system."""
    with contextlib.ExitStack() as held:
        yield _lock(path, held, wait)


def _lock(path: Path, held: contextlib.ExitStack, wait: bool) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        held.callback(os.close, handle)
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
