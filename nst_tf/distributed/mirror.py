"""A folder of a file system elsewhere, such as a bucket, as a folder here: its files by name, fetched one by one.

File systems are those of Arrow, `s3://`, `gs://`, `abfs://`, `hdfs://` and `file://`, and as `fsspec+NAME://` those of
fsspec.
"""

import contextlib
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from nst_tf.errors import InputError, NstError
from nst_tf.images import atomic_write, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyarrow.fs import FileInfo, FileSystem

__all__ = ["Mirror", "is_address"]

WHOLE = ("s3", "gcs", "abfs")  # where a file is there when it was closed, and never before
Stamp = tuple[int | None, int] | None


def is_address(text: str) -> bool:
    """Whether it names a folder of a file system elsewhere, and not one here."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text) is not None


class Mirror:
    """A folder elsewhere. Can be sent to other processes, where `folder` is made as it is needed.

    Args:
        address: Of the folder, such as `s3://bucket/photos`.
        folder: Where its files are to be here.

    Raises:
        InputError: The address is not understood, or nobody answers there.
    """

    def __init__(self, address: str, folder: Path):
        self.address, self.folder = address.rstrip("/"), folder
        self._opened()

    def _opened(self) -> "tuple[FileSystem, str]":
        from pyarrow.fs import FileSystem

        try:
            files, root = FileSystem.from_uri(self.address)
        except Exception as error:  # those of many libraries
            raise InputError(f"cannot open {self.address}: {error}") from error
        return files, root.rstrip("/")

    def told(self, text: str) -> str:
        """What names files here, as the user knows them."""
        return text.replace(str(self.folder), self.address)

    def holds(self, path: Path) -> bool:
        """Whether a path here is one of a file there."""
        return self.folder in path.parents

    def list(self) -> dict[Path, Stamp]:
        """Makes an empty file here for each of those there; gives the stamps of all."""
        from pyarrow.fs import FileSelector

        with self._failing("list"):
            files, root = self._opened()
            found = files.get_file_info(FileSelector(root, allow_not_found=True, recursive=True))
        make_folder(self.folder)
        stamps = {self.folder / one.path.removeprefix(root).lstrip("/"): _stamp(one) for one in found if one.is_file}
        for path in stamps:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return stamps

    def fetch(self, path: Path) -> None:
        """Brings a file here."""
        make_folder(path.parent)
        files, place = self._place(path)
        with self._failing("read", path), files.open_input_stream(place) as stream, atomic_write(path) as temporary:
            temporary.write_bytes(stream.read())

    def put(self, path: Path) -> None:
        """Brings a file there, whole or not at all."""
        files, place = self._place(path)
        folder, _, name = place.rpartition("/")
        beside = place if files.type_name in WHOLE else f"{folder}/.nst-{secrets.token_hex(8)}-{name}"
        with self._failing("write", path):
            files.create_dir(folder, recursive=True)
            with files.open_output_stream(beside) as stream:
                stream.write(path.read_bytes())
            if beside != place:
                files.move(beside, place)

    def stamp(self, path: Path) -> Stamp:
        """By which it is seen that a file there has changed: when it was written and its bytes; `None` for none."""
        files, place = self._place(path)
        with self._failing("read", path):
            return _stamp(files.get_file_info(place))

    def _place(self, path: Path) -> "tuple[FileSystem, str]":
        files, root = self._opened()
        return files, f"{root}/{path.relative_to(self.folder).as_posix()}"

    @contextlib.contextmanager
    def _failing(self, verb: str, path: Path | None = None) -> "Iterator[None]":
        try:
            yield
        except OSError as error:
            name = self.address if path is None else self.told(str(path))
            raise NstError(f"cannot {verb} {name}: {error}") from error


def _stamp(info: "FileInfo") -> Stamp:
    return (info.mtime_ns, info.size) if info.is_file else None
