"""`python -m benchmarks.preview`: whether a preview looks like the picture that it is of.

Every photograph of a folder is painted like every painting of another one: as a picture, as its preview, and, for
comparison, as a picture that is small itself. What was made before, in the same folder, is not made again.
"""

import argparse
import json
from argparse import Namespace
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.pictures.files import Comparison, Numbers, Pair
from benchmarks.pictures.make import make_pictures
from benchmarks.pictures.methods import Method, read_methods
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.values import count
from nst_tf.errors import NstError
from nst_tf.images import read_image, resize_image

__all__ = ["main", "measure", "table"]

PRESETS = ("default", "fast")
SMALL = 192  # pixels: longest side of a preview


class _Pairs(Comparison):
    """Without paintings that are painted with themselves."""

    @cached_property
    def identities(self) -> list[Pair]:
        """None."""
        return []


def measure(contents: Path, styles: Path, out: Path, presets: Sequence[str], size: int) -> dict[str, Any]:
    """The figures of each preset, as plain data.

    Args:
        contents: The folder of the photographs.
        styles: The folder of the paintings.
        out: The folder of the pictures.
        presets: Of `nst_tf.PRESETS`, or `"fast"`.
        size: Longest side of the pictures in pixels.

    Returns:
        `size` and the number of `pairs`; by preset, for its `preview` and for one that is `small` itself, the mean of
        the LPIPS to the picture scaled down (`lpips`), the largest (`worst`), and the median of the `seconds`.

    Raises:
        InputError: A folder or an image cannot be used.
    """
    found: dict[str, Any] = {"size": size}
    for preset in presets:
        methods = read_methods([preset, f"{preset} preview=on", f"{preset} size={SMALL}"], [], size)
        comparison, numbers = _Pairs(contents, styles, methods, size, out), Numbers(out / "numbers.jsonl")
        make_pictures(comparison, numbers)
        found["pairs"] = len(comparison.pairs)
        whole, preview, small = methods
        found[preset] = {
            name: _figures(comparison, numbers, whole, method)
            for name, method in (("preview", preview), ("small", small))
        }
    return found


def _figures(comparison: Comparison, numbers: Numbers, whole: Method, method: Method) -> dict[str, float]:
    distances = [_distance(comparison, pair, whole, method) for pair in comparison.pairs]
    known = (numbers.get(comparison.key(pair, method.label), {}).get("seconds") for pair in comparison.pairs)
    seconds = [one for one in known if one is not None]
    return {"lpips": mean(distances), "worst": max(distances), "seconds": median(seconds) if seconds else 0.0}


def _distance(comparison: Comparison, pair: Pair, whole: Method, method: Method) -> float:
    from nst_tf.measures.lpips import lpips

    picture, made = (read_image(comparison.picture(pair, one)).pixels for one in (whole, method))
    return lpips(resize_image(picture, made.shape[:2]), made)


def table(found: dict[str, Any]) -> str:
    """The same, to read."""
    presets = [name for name in found if name not in ("size", "pairs")]
    head = f"{'LPIPS to pictures of ' + str(found['size']) + ' px':40} {'mean':>6} {'worst':>6}   seconds"
    lines = [_line(f"{preset}, {name}", **figures) for preset in presets for name, figures in found[preset].items()]
    return "\n".join([head, *lines, f"{found['pairs']} pairs"])


def _line(name: str, lpips: float, worst: float, seconds: float) -> str:
    return f"{name:40} {lpips:6.3f} {worst:6.3f} {seconds:9.1f}"


def _arguments(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> Namespace:
    parser.add_argument("contents", type=Path, metavar="CONTENTS", help="folder of photographs")
    parser.add_argument("styles", type=Path, metavar="STYLES", help="folder of paintings")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", required=True, help="for the pictures; of one set of both"
    )
    several = f"of `nst-tf stylize`, or fast; may be repeated (default: {' and '.join(PRESETS)})"
    parser.add_argument("--preset", action="append", metavar="NAME", dest="presets", help=several)
    parser.add_argument("--size", type=count, default=512, metavar="PIXELS", help="longest side (default: 512)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Makes, measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preview", description=__doc__)
    arguments = _arguments(parser, argv)
    try:
        presets = arguments.presets or PRESETS
        found = measure(arguments.contents, arguments.styles, arguments.out, presets, arguments.size)
    except NstError as error:
        parser.error(one_line(str(error)))
    print(json.dumps(found) if arguments.json else table(found))


if __name__ == "__main__":
    main()
