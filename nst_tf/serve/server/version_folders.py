"""The version folders of a model, as TensorFlow Serving finds them.

An export asks here too which names are taken, and needs nothing of the libraries of a server for that.
"""

from pathlib import Path

__all__ = ["find_versions", "fingerprint", "version_number"]

LARGEST = 2**63 - 1


def version_number(name: str) -> int | None:
    """The number of the version whose folder has this name; `None` if the name is no version's."""
    number = int(name) if name.isascii() and name.isdecimal() else None
    return number if number is not None and number <= LARGEST else None


def find_versions(folder: Path) -> dict[int, Path]:
    """The version folders in a model's folder, by their numbers; other names mean nothing."""
    try:
        found = [(version_number(path.name), path) for path in sorted(folder.iterdir()) if path.is_dir()]
    except OSError:
        return {}
    return {number: path for number, path in found if number is not None}


def fingerprint(folder: Path) -> tuple:
    """What changes when files in the folder do: a version that could not be loaded is then worth another try."""
    try:
        stats = {str(path): path.stat() for path in sorted(folder.rglob("*"))}
    except OSError:  # Files come and go while somebody copies them.
        return ()
    return tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items())
