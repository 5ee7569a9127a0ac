"""Which picture becomes which file."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nst_tf.cli.shell.failure import one_line
from nst_tf.errors import InputError
from nst_tf.images import check_writable, list_images, make_folder
from nst_tf.images.files import WRITABLE

__all__ = ["Job", "plan_jobs"]

DEEP = ("PNG", "TIFF")


class Job(NamedTuple):
    """One picture to make.

    Attributes:
        content: The file to read; `None` for a picture that is made out of nothing.
        target: The file to write.
    """

    content: Path | None
    target: Path

    @property
    def source(self) -> Path:
        """The file that stands for the picture where the user is told of it."""
        return self.content or self.target

    @property
    def name(self) -> str:
        """The name of that file, on one line."""
        return one_line(self.source.name)


def plan_jobs(contents: Sequence[str], output: str, others: Iterable[Path], bit_depth: int) -> list[Job]:
    """The pictures to make, each with a file that can be written and is none of those to read.

    Args:
        contents: Files, and folders that stand for the images in them; none for one picture out of nothing.
        output: A file for one content that is a file, and for none; else a folder, made if it is missing, in which
            results have their contents' names (ending in .png if the format cannot be written).
        others: Further files that are read.
        bit_depth: 8 or 16.

    Raises:
        InputError: A folder has no image, or a result cannot be written or would replace another or an input.
    """
    files = [file for content in contents for file in _files(content)]
    if not contents:
        jobs = [Job(None, Path(output))]
    elif len(contents) == 1 and not any(map(os.path.isdir, (*contents, output))) and not output.endswith(os.sep):
        jobs = [Job(files[0], Path(output))]
    else:
        _make_folder(output)
        jobs = [Job(file, Path(output) / _result_name(file, bit_depth)) for file in files]
    _check(jobs, {_identity(path) for path in (*files, *others)} - {None}, bit_depth)
    return jobs


def _files(content: str) -> list[Path]:
    return list_images(content) if os.path.isdir(content) else [Path(content)]


def _make_folder(path: str) -> None:
    if not os.path.isdir(path) and Path(path).suffix.lower() in WRITABLE:
        raise InputError(f"several pictures are to be made, and {path} is no folder; name one with -o")
    make_folder(path)


def _result_name(file: Path, bit_depth: int) -> str:
    kind = WRITABLE.get(file.suffix.lower())
    writable = kind in DEEP if bit_depth == 16 else kind is not None
    return file.name if writable else f"{file.stem}.png"


def _check(jobs: Sequence[Job], inputs: set, bit_depth: int) -> None:
    content_of = {}
    for content, target in jobs:
        if target in content_of:
            raise InputError(f"{content_of[target]} and {content} would both become {target}; make them one by one")
        if _identity(target) in inputs:
            raise InputError(f"{target} is one of the images to read, and would be replaced; name another with -o")
        check_writable(target, bit_depth)
        content_of[target] = content


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
