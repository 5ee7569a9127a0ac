"""The version folders of a model, and which of them are to be served."""

from collections.abc import Collection
from pathlib import Path

from tensorflow_serving.config.file_system_storage_path_source_pb2 import FileSystemStoragePathSourceConfig

__all__ = ["VersionPolicy", "find_versions", "fingerprint", "wanted_versions"]

VersionPolicy = FileSystemStoragePathSourceConfig.ServableVersionPolicy
LARGEST = 2**63 - 1


def find_versions(folder: Path) -> dict[int, Path]:
    """The version folders in a model's folder, by their numbers; other names mean nothing."""
    try:
        found = [path for path in folder.iterdir() if _is_number(path.name) and path.is_dir()]
    except OSError:
        return {}
    return {int(path.name): path for path in sorted(found)}


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= LARGEST


def wanted_versions(policy: VersionPolicy, found: Collection[int]) -> list[int]:
    """The versions to serve, the newest first."""
    newest = sorted(found, reverse=True)
    if policy.HasField("all"):
        return newest
    if policy.HasField("specific"):
        return [number for number in newest if number in policy.specific.versions]
    return newest[: policy.latest.num_versions or 1]


def fingerprint(folder: Path) -> tuple:
    """Changes when files in the folder do: a version that could not be loaded is then worth another try."""
    try:
        stats = {str(path): path.stat() for path in sorted(folder.rglob("*"))}
    except OSError:  # Files come and go while somebody copies them.
        return ()
    return tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items())
