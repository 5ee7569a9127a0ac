"""Parts of a picture, as the command line names them."""

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from nst_tf.cli.shell.values import count
from nst_tf.errors import InputError

__all__ = ["Areas", "add_areas"]

AUTO = 4


def add_areas(parser: Any) -> None:
    """Adds the options of what is painted where."""
    group = parser.add_argument_group("parts of the picture")
    group.add_argument("--mask", metavar="MASK",
                       help="paint where this image is white, and keep the photograph where it is black")  # fmt: skip
    group.add_argument(
        "--region",
        dest="regions",
        metavar="MASK=STYLE[@STYLEMASK]",
        action="append",
        default=[],
        help="paint the white part of MASK in a style of its own, or in the white part of that; may be repeated. "
        "What no region covers takes STYLE, or stays",
    )
    group.add_argument("--regions", dest="pairs", metavar="auto|NUMBER", type=_pairs,
                       help="divide photograph and painting into so many parts, and paint each like the one that it is "
                            f"most like, sky like sky; auto is {AUTO}")  # fmt: skip


def _pairs(text: str) -> int:
    return AUTO if text == "auto" else count(text)


class _Files(NamedTuple):
    mask: str
    style: str
    style_mask: str | None


def _splits(text: str, sign: str) -> Iterator[tuple[str, str]]:
    places = (at for at, letter in enumerate(text) if letter == sign)
    return ((text[:at], text[at + 1 :]) for at in places)


def _readings(text: str) -> Iterator[_Files]:
    """All that a region may mean: names of files may have the signs in them."""
    for mask, style in _splits(text, "="):
        yield _Files(mask, style, None)
        for image, part in _splits(style, "@"):
            yield _Files(mask, image, part)


def _files(text: str) -> _Files:
    readings = list(_readings(text))
    if not readings:
        raise InputError(f"--region is {text!r}; it must be MASK=STYLE or MASK=STYLE@STYLEMASK")
    there = (one for one in readings if all(os.path.exists(name) for name in one if name is not None))
    # Of files that are not there, the shortest names are told to be missing.
    return next(there, readings[min(1, len(readings) - 1)])


class Areas:
    """What is painted where.

    Args:
        arguments: Of the command line, with what `add_areas` adds.

    Raises:
        InputError: A region is not of the form that it must have, or its files are not there, or no images.
    """

    def __init__(self, arguments: Namespace):
        from nst_tf.images import read_image

        self._regions = [_files(text) for text in arguments.regions]
        self._mask, self._pairs = arguments.mask, arguments.pairs
        if self._pairs and (self._regions or len(arguments.styles) != 1):
            raise InputError("--regions takes one STYLE and no --region")
        self.pictures = {name: read_image(name) for name in self.files}

    @property
    def files(self) -> list[str]:
        """The files that are read."""
        named = (self._mask, *(name for region in self._regions for name in region))
        return [name for name in dict.fromkeys(named) if name is not None]

    @property
    def facts(self) -> dict[str, Any]:
        """What there is to tell of them."""
        facts: dict[str, Any] = {} if self._mask is None else {"mask": self._mask}
        facts |= {"regions": [region._asdict() for region in self._regions]} if self._regions else {}
        return facts | ({"pairs_of_regions": self._pairs} if self._pairs else {})

    @property
    def differ(self) -> bool:
        """Whether each content has regions of its own."""
        return bool(self._pairs)

    def options(self, content: Any, styles: Sequence) -> dict[str, Any]:
        """The keywords of `stylize` and of `FastPainter`.

        Args:
            content: The `Picture` to paint; needed where regions differ.
            styles: Its styles.
        """
        options: dict[str, Any] = {} if self._mask is None else {"mask": self.pictures[self._mask]}
        return options | ({"regions": self._as_regions(content, styles)} if self._regions or self._pairs else {})

    def _as_regions(self, content: Any, styles: Sequence) -> list:
        # Only now what takes a while to import.
        from nst_tf.one_pass.areas import Region

        if not self._pairs:
            return [Region(*(self.pictures.get(name) for name in region)) for region in self._regions]
        from nst_tf.visualize.regions import pair_regions

        return [Region(here, styles[0], there) for here, there in pair_regions(content, styles[0], self._pairs)]
