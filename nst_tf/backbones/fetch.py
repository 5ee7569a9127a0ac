"""Files of weights that are downloaded once, checked against a hash and kept. Needs no TensorFlow."""

import hashlib
import os
import shutil
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

from nst_tf.errors import InputError, NstError

__all__ = ["cache_folder", "check_hash", "download", "file_hash", "is_offline"]

TIMEOUT_SECONDS = 60
CHUNK_BYTES = 1 << 20


def cache_folder() -> Path:
    """The folder of downloaded weights: `$NST_TF_HOME`, else `$XDG_CACHE_HOME/nst_tf`, else `~/.cache/nst_tf`."""
    home = os.environ.get("NST_TF_HOME")
    if home:
        return Path(home).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nst_tf"


def file_hash(stream: BinaryIO, algorithm: str) -> str:
    """The hash of a file from its first byte on, as `"algorithm:digits"`; leaves the stream at its start."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    stream.seek(0)
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    stream.seek(0)
    return f"{algorithm}:{digest.hexdigest()}"


def check_hash(stream: BinaryIO, path: Path, expected: str) -> None:
    """Refuses a file whose content is not the one expected.

    Args:
        stream: The opened file; left at its start.
        path: Its name, for the message.
        expected: `"sha256:..."` or `"md5:..."`.

    Raises:
        InputError: The hash is another one.
    """
    actual = file_hash(stream, expected.partition(":")[0])
    if actual != expected:
        raise InputError(
            f"{path} is damaged or another file: its hash is {actual}, not {expected}; remove or replace it"
        )


def is_offline() -> bool:
    """Whether `NST_TF_OFFLINE` forbids downloads."""
    return os.environ.get("NST_TF_OFFLINE", "0") not in ("", "0")


def _copy_checked(url: str, path: Path, expected: str) -> None:
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as source, path.open("w+b") as target:
        shutil.copyfileobj(source, target, CHUNK_BYTES)
        actual = file_hash(target, expected.partition(":")[0])
    if actual != expected:
        raise NstError(f"the download of {url} has the hash {actual}, not {expected}; it was discarded")


def download(url: str, path: Path, expected: str) -> None:
    """Downloads a file to `path`, which appears only once it is complete and its hash is right.

    Args:
        url: Where the file is.
        path: Where it is to be; its folder is made.
        expected: `"sha256:..."` or `"md5:..."`.

    Raises:
        InputError: `NST_TF_OFFLINE` is set; the message names the path to fill.
        NstError: The network failed, the file could not be written or its hash is wrong.
    """
    if is_offline():
        raise InputError(f"NST_TF_OFFLINE is set and {path} is missing; put the file from {url} there")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy_checked(url, part, expected)
        os.replace(part, path)
    except (OSError, HTTPException) as error:
        raise NstError(f"could not download {url} ({error}); put the file at {path} by hand") from error
    finally:
        with suppress(OSError):
            part.unlink()
