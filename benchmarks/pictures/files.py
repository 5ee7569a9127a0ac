"""Where the pictures of a comparison are, and what is known of them."""

import json
import sys
from collections import UserDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks.pictures.methods import Method
from nst_tf.images import atomic_write, list_images, make_folder

__all__ = ["Comparison", "Key", "Numbers", "Pair", "tell"]

IDENTITY = "identity"  # stands for the content where a painting is painted with itself


@dataclass(frozen=True)
class Pair:
    """A photograph and a painting; for the identity test twice the painting."""

    content: Path
    style: Path

    @property
    def is_identity(self) -> bool:
        """Whether a painting is painted with itself."""
        return self.content == self.style

    @property
    def names(self) -> tuple[str, str]:
        """Of the content and the style."""
        return IDENTITY if self.is_identity else self.content.name, self.style.name


class Key(NamedTuple):
    """A picture, by its size, its pair's names and the label of its method, or the name of a control."""

    size: int
    content: str
    style: str
    method: str


@dataclass(frozen=True)
class Comparison:
    """Methods on all pairs of two folders.

    Attributes:
        contents: The folder of the photographs.
        styles: The folder of the paintings.
        methods: To be compared.
        size: Longest side of the pictures in pixels.
        out: The folder of all that is written.
    """

    contents: Path
    styles: Path
    methods: Sequence[Method]
    size: int
    out: Path

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every photograph with every painting.

        Raises:
            InputError: A folder is missing or has no image.
        """
        pairs = product(list_images(self.contents), list_images(self.styles))
        return [Pair(*pair) for pair in pairs if not Pair(*pair).is_identity]

    @cached_property
    def identities(self) -> list[Pair]:
        """Every painting with itself."""
        return [Pair(style, style) for style in list_images(self.styles)]

    def key(self, pair: Pair, method: str) -> Key:
        """Of a picture in `numbers`."""
        return Key(self.size, *pair.names, method)

    def picture(self, pair: Pair, method: Method) -> Path:
        """The file of a picture."""
        return self.out.joinpath("pictures", str(self.size), *pair.names, f"{quote(method.label, safe='=, ')}.png")

    def original(self, image: Path) -> Path:
        """The file of a photograph or a painting in the size of the pictures."""
        kind = "photographs" if image.parent == self.contents else "paintings"
        return self.out / "originals" / str(self.size) / kind / f"{image.name}.jpg"


class Numbers(UserDict[Key, dict[str, Any]]):
    """What is known of pictures: a dict that is kept in a file, one line of JSON for each.

    Args:
        path: The file; its folders are made, and what it holds already is read.

    Raises:
        InputError: It cannot be written to.
    """

    def __init__(self, path: Path):
        super().__init__()
        self._path = path
        make_folder(path.parent)
        if path.exists():
            self.data = dict(map(_known, path.read_text("utf-8").splitlines()))

    def __setitem__(self, key: Key, facts: dict[str, Any]):
        super().__setitem__(key, facts)
        # Anew each time: a line that was cut off could not be read again.
        with atomic_write(self._path) as temporary:
            temporary.write_text("".join(f"{json.dumps({**one._asdict(), **about})}\n" for one, about in self.items()))


def _known(line: str) -> tuple[Key, dict[str, Any]]:
    facts = json.loads(line)
    return Key(*(facts.pop(name) for name in Key._fields)), facts


def tell(line: str) -> None:
    """Says how far it is, on standard error."""
    print(line, file=sys.stderr, flush=True)
