"""Parts of a picture, as the command line names them."""

import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.values import count
from nst_tf.errors import InputError

__all__ = ["Areas", "add_areas"]

AUTO = 4
NAMES = ("mask", "style", "style_mask")  # of the files of a region, for JSON


def add_areas(parser: Any) -> None:
    """Adds the options of what is painted where."""
    group = parser.add_argument_group("parts of the picture")
    group.add_argument("--mask", type=Input, metavar="MASK",
                       help="paint where this image is white, and keep the photograph where it is black")  # fmt: skip
    group.add_argument(
        "--region",
        dest="regions",
        type=region,
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


def _splits(text: str, sign: str) -> Iterator[tuple[str, str]]:
    places = (at for at, letter in enumerate(text) if letter == sign)
    return ((text[:at], text[at + 1 :]) for at in places)


def _readings(text: str) -> Iterator[tuple[str, ...]]:
    """Mask, style, and mask of the style if there is one: all that may be meant, for names may have these signs."""
    for mask, style in _splits(text, "="):
        yield mask, style
        for image, part in _splits(style, "@"):
            yield mask, image, part


def region(text: str) -> Input:
    """The type of `--region`: a mask, behind it a style, and behind that the mask of the style if there is one."""
    readings = list(_readings(text))
    if not readings:
        raise ArgumentTypeError(f"{text!r} is not MASK=STYLE or MASK=STYLE@STYLEMASK")
    # Of files that are not there, the shortest names are told to be missing.
    _, style, *part = next((one for one in readings if all(map(os.path.exists, one))), readings[:2][-1])
    behind = "@".join([style, *part])
    return _followed(text, "=", _followed(behind, "@", Input(part[0])) if part else Input(behind))


def _followed(text: str, sign: str, then: Input) -> Input:
    first = Input(text)
    first.rest, first.then = sign, then
    return first


class Areas:
    """What is painted where.

    Args:
        arguments: Of the command line, with what `add_areas` adds.

    Raises:
        InputError: The files of a region are not there, or no images; or regions are asked for in two ways.
    """

    def __init__(self, arguments: Namespace):
        from nst_tf.images import read_image

        self._regions = [[file.path for file in one.files] for one in arguments.regions]
        self._mask, self._pairs = arguments.mask, arguments.pairs
        if self._pairs and (self._regions or len(arguments.styles) != 1):
            raise InputError("--regions takes one STYLE and no --region")
        self._pictures = {name: read_image(name) for name in self.files}

    @property
    def files(self) -> list[str]:
        """The files that are read."""
        named = [] if self._mask is None else [self._mask]
        return list(dict.fromkeys([*named, *(name for region in self._regions for name in region)]))

    @property
    def facts(self) -> dict[str, Any]:
        """What there is to tell of them."""
        facts: dict[str, Any] = {} if self._mask is None else {"mask": self._mask}
        if self._regions:
            facts["regions"] = [dict(zip(NAMES, one, strict=False)) for one in self._regions]
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
        options: dict[str, Any] = {} if self._mask is None else {"mask": self._pictures[self._mask]}
        return options | ({"regions": self._as_regions(content, styles)} if self._regions or self._pairs else {})

    def _as_regions(self, content: Any, styles: Sequence) -> list:
        # Only now what takes a while to import.
        from nst_tf.one_pass.areas import Region

        if not self._pairs:
            return [Region(*(self._pictures[name] for name in region)) for region in self._regions]
        from nst_tf.visualize.regions import pair_regions

        return [Region(here, styles[0], there) for here, there in pair_regions(content, styles[0], self._pairs)]
