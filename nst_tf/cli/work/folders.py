"""Many pictures from folders: which of them a command works on."""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from nst_tf.cli.shell.values import shard
from nst_tf.errors import InputError

__all__ = ["Folders", "add_folders", "add_recursive", "add_shard", "files_in", "part_of"]

Item = TypeVar("Item")


class Folders(NamedTuple):
    """How folders of pictures are worked on.

    Attributes:
        recursive: Whether also the pictures in folders within a folder are meant.
        overwrite: Whether pictures that are finished are made again.
        shard: `(k, n)`: only the k-th of n parts, from 1 on; `None` for all.
    """

    recursive: bool = False
    overwrite: bool = False
    shard: tuple[int, int] | None = None

    @classmethod
    def asked(cls, arguments: Namespace) -> "Folders":
        """As the command line asks for, if it has such options."""
        return cls(**{name: getattr(arguments, name) for name in cls._fields if hasattr(arguments, name)})


def add_folders(parser: Any) -> None:
    """Adds the options of verbs that make a picture of each picture."""
    group = parser.add_argument_group("folders")
    add_recursive(group)
    group.add_argument("--overwrite", action="store_true",
                       help="make pictures again that are finished, as OUT/manifest.jsonl tells")  # fmt: skip
    add_shard(group)


def add_recursive(parser: Any) -> None:
    """Adds `--recursive`."""
    parser.add_argument("--recursive", action="store_true", help="take pictures in folders within a folder, too")


def add_shard(parser: Any) -> None:
    """Adds `--shard`."""
    parser.add_argument("--shard", type=shard, metavar="K/N",
                        help="only the K-th of N parts of the pictures, for several computers")  # fmt: skip


def files_in(source: str, recursive: bool) -> list[Path]:
    """The file, or the pictures in the folder.

    Args:
        source: A file, which need not be there, or a folder.
        recursive: Whether those in folders within it are meant, too.

    Raises:
        InputError: The folder cannot be read or has no image.
    """
    from nst_tf.images import find_images, list_images

    if not os.path.isdir(source):
        return [Path(source)]
    if recursive:
        return find_images(source)
    try:
        return list_images(source)
    except InputError as error:
        if any(entry.is_dir() for entry in Path(source).iterdir()):
            raise InputError(f"{error}; --recursive looks into its folders") from None
        raise


def part_of(items: Sequence[Item], shard: tuple[int, int] | None) -> Sequence[Item]:
    """The k-th of n parts, of about the same length; all without a shard."""
    number, count = shard or (1, 1)
    return items[len(items) * (number - 1) // count : len(items) * number // count]
