"""Which picture becomes which file."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.work.checkpoint import is_kept
from nst_tf.cli.work.folders import Folders, files_in, part_of
from nst_tf.cli.work.manifest import Manifest
from nst_tf.errors import InputError
from nst_tf.images import check_writable, make_folder
from nst_tf.images.files import WRITABLE

__all__ = ["Job", "Plan", "plan_jobs"]

DEEP = ("PNG", "TIFF")
ALL = Folders()


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


class Plan(NamedTuple):
    """The pictures to make.

    Attributes:
        jobs: One for each.
        manifest: Where it is to be written what became of them, if it is.
    """

    jobs: Sequence[Job]
    manifest: Manifest | None = None


def plan_jobs(
    contents: Sequence[str], output: str, others: Iterable[Path], bit_depth: int, folders: Folders = ALL
) -> Plan:
    """The pictures to make, each with a file that can be written and is none of those to read.

    Args:
        contents: Files, and folders that stand for the images in them; none for one picture out of nothing.
        output: A file for one content that is a file, and for none; else a folder, made if it is missing, in which
            results have their contents' names (ending in .png if the format cannot be written), and folders of the
            same names as those of their contents.
        others: Further files that are read.
        bit_depth: 8 or 16.
        folders: Which of them.

    Raises:
        InputError: A folder has no image, or a result cannot be written or would replace another or an input.
    """
    found = [(content, file) for content in contents for file in _files(content, output, folders)]
    inputs = {_identity(path) for path in (*(file for _, file in found), *others)} - {None}
    if not contents or not _is_folder(contents, output):
        plan = Plan([Job(found[0][1] if found else None, Path(output))])
    else:
        _check_folder(output)
        jobs = [Job(file, Path(output) / _result_name(content, file, bit_depth)) for content, file in found]
        _check_distinct(jobs)
        plan = _left(part_of(jobs, folders.shard), Manifest(Path(output), folders.shard), folders)
        for folder in dict.fromkeys([Path(output), *(job.target.parent for job in plan.jobs)]):
            make_folder(folder)
    _check(plan.jobs, inputs, bit_depth)
    return plan


def _is_folder(contents: Sequence[str], output: str) -> bool:
    return len(contents) > 1 or any(map(os.path.isdir, (*contents, output))) or output.endswith(os.sep)


def _files(content: str, output: str, folders: Folders) -> list[Path]:
    """The pictures that a content stands for; not results within it."""
    out, files = Path(output).resolve(), files_in(content, folders.recursive)
    if Path(content).resolve() not in out.parents:
        return files
    return [file for file in files if out not in file.resolve().parents]


def _check_folder(path: str) -> None:
    if not os.path.isdir(path) and Path(path).suffix.lower() in WRITABLE:
        raise InputError(f"several pictures are to be made, and {path} is no folder; name one with -o")


def _left(jobs: Sequence[Job], manifest: Manifest, folders: Folders) -> Plan:
    """The jobs that are still to do, or half done."""
    finished = set() if folders.overwrite else manifest.finished()
    left = [job for job in jobs if manifest.name(job) not in finished or not job.target.exists() or is_kept(job.target)]
    if there := len(jobs) - len(left):
        logging.info("%d of %d pictures are finished; --overwrite makes them again", there, len(jobs))
    return Plan(left, manifest)


def _result_name(content: str, file: Path, bit_depth: int) -> Path:
    kind = WRITABLE.get(file.suffix.lower())
    writable = kind in DEEP if bit_depth == 16 else kind is not None
    within = file.relative_to(content) if os.path.isdir(content) else Path(file.name)
    return within if writable else within.with_suffix(".png")


def _check_distinct(jobs: Sequence[Job]) -> None:
    content_of = {}
    for content, target in jobs:
        if target in content_of:
            raise InputError(f"{content_of[target]} and {content} would both become {target}; make them one by one")
        content_of[target] = content


def _check(jobs: Sequence[Job], inputs: set, bit_depth: int) -> None:
    for _, target in jobs:
        if _identity(target) in inputs:
            raise InputError(f"{target} is one of the images to read, and would be replaced; name another with -o")
        check_writable(target, bit_depth)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
