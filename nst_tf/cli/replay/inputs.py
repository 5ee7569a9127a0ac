"""The files of a recipe: by what they are known, and where they are found again."""

import functools
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from nst_tf.backbones.fetch import file_hash
from nst_tf.cli.replay.recipe import InputFile
from nst_tf.cli.shell.files import Input
from nst_tf.errors import InputError

__all__ = ["find_inputs", "hash_of", "input_file"]

SHOWN = 12  # digits of a hash; enough to compare by eye


def input_file(given: Input) -> InputFile:
    """What a recipe says of a file or folder of the command line."""
    path = Path(os.path.abspath(given.path))
    return InputFile(path.name, hash_of(path), given.rest, None if given.then is None else input_file(given.then))


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, or of the names and SHA-256s of all files in a folder; in hexadecimal digits."""
    if not path.is_dir():
        return _file_hash(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    lines = [f"{file.relative_to(path).as_posix()}\0{_file_hash(file)}\n" for file in files]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _file_hash(path: Path) -> str:
    state = path.stat()
    return _hash_in_state(path, (state.st_mtime_ns, state.st_size, state.st_ino))


@functools.lru_cache(maxsize=256)
def _hash_in_state(path: Path, state: tuple[int, ...]) -> str:
    with path.open("rb") as stream:
        return file_hash(stream, "sha256").partition(":")[2]


def find_inputs(wanted: Iterable[InputFile], folders: Sequence[Path]) -> dict[InputFile, Path]:
    """Where the files of a recipe are.

    Args:
        wanted: Which.
        folders: Where to look, by their names, and then in the folders in them; the first that is the same counts.

    Raises:
        InputError: Some are in none of the folders, or are not what they were; all of these are named.
    """
    found = {one: _found(one, folders) for one in wanted}
    lost = [one for one, path in found.items() if path is None]
    if lost:
        looked = ", ".join(dict.fromkeys(str(folder) for folder in folders))
        told = "; ".join(_lost(one, folders) for one in lost)
        raise InputError(f"{told}; looked in {looked}: name other folders with --inputs")
    return {one: path for one, path in found.items() if path is not None}


def _places(one: InputFile, folders: Sequence[Path]) -> list[Path]:
    return [place for folder in folders if (place := folder / one.file).exists()]


def _found(one: InputFile, folders: Sequence[Path]) -> Path | None:
    # Masks often lie in a folder of their own, of which a recipe does not tell.
    within = [path for folder in folders for path in sorted(folder.glob("*")) if path.is_dir()]
    return next((place for place in _places(one, [*folders, *within]) if hash_of(place) == one.sha256), None)


def _lost(one: InputFile, folders: Sequence[Path]) -> str:
    expected = f"SHA-256 {one.sha256[:SHOWN]}..."
    for place in _places(one, folders):
        return f"{place} has changed since: it has the SHA-256 {hash_of(place)[:SHOWN]}..., and {expected} is expected"
    return f"{one.file} ({expected}) is not there"
