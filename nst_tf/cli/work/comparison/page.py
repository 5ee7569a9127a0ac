"""A page of all pictures, in one file for any browser: a click on a picture shows it larger, and its command."""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template

from nst_tf.cli.work.comparison.plan import Comparison, Row
from nst_tf.cli.work.comparison.sheet import Originals
from nst_tf.images import Picture, atomic_write, fit, resize_image
from nst_tf.images.write import encode

__all__ = ["write_page"]

ENLARGED = 3  # times, at most: a draft that fills a screen is a blur


def write_page(
    path: str, comparison: Comparison, originals: Originals, made: Mapping[int, Picture], quality: int
) -> None:
    """Writes the page; it asks for nothing but what is in it.

    Args:
        path: Of the file.
        comparison: What was to be made.
        originals: The photograph and the paintings, each after what it is called.
        made: The pictures by their numbers, one at least; the place of one that is missing stays empty.
        quality: Of the pictures, which are JPEGs, or WebP if one lets something shine through; 1 to 100.

    Raises:
        InputError: The file cannot be written to.
        NstError: The disk is full or fails.
    """
    sources = {number: _source(picture, quality) for number, picture in made.items()}
    height, width = max(picture.pixels.shape[:2] for picture in made.values())
    small = [(name, _at_most(picture, max(height, width))) for name, picture in originals]
    shown = [_figure(name, _image(name, _source(picture, quality))) for name, picture in small]
    sections = [_section("", shown), *(_row(comparison, row, sources) for row in comparison.rows(made))]
    cells = [comparison.cells[number] for number in sorted(made)]
    data = [{"name": cell.name, "command": cell.command} for cell in cells]
    text = Template(Path(__file__).with_name("index.html").read_text("utf-8")).substitute(
        title=html.escape(Path(comparison.content).name),
        about=html.escape(f"{comparison.in_words}."),
        rows="\n".join(sections),
        columns=comparison.columns,
        width=width,
        height=height,
        large=ENLARGED * width,
        # Nothing in it can end the element that it stands in.
        data=json.dumps(data).replace("<", r"\u003c"),
    )
    with atomic_write(path) as temporary:
        # File names may hold bytes that are no UTF-8; they are character references in the page.
        temporary.write_bytes(text.encode("ascii", "xmlcharrefreplace"))


def _at_most(picture: Picture, longest: int) -> Picture:
    """A picture no larger than others; that of a camera would be most of the page."""
    if max(picture.pixels.shape) <= longest:
        return picture
    return Picture(resize_image(picture.on_white, fit(picture.pixels.shape, longest)))


def _row(comparison: Comparison, row: Row, sources: Mapping[int, str]) -> str:
    figures = []
    for number, label in zip(row.cells, row.labels, strict=True):
        shown = '<div class="missing"></div>'
        if number in sources:
            shown = f'<button type="button">{_image(comparison.cells[number].name, sources[number])}</button>'
        figures.append(_figure(label, shown))
    return _section(row.title, figures)


def _section(title: str, figures: Iterable[str]) -> str:
    heading = f"<h2>{html.escape(title)}</h2>\n" if title else ""
    return f'<section>\n{heading}<div class="row">\n' + "\n".join(figures) + "\n</div>\n</section>"


def _figure(label: str, shown: str) -> str:
    return f"<figure>{shown}<figcaption>{html.escape(label)}</figcaption></figure>"


def _image(name: str, source: str) -> str:
    return f'<img src="{source}" alt="{html.escape(name)}">'


def _source(picture: Picture, quality: int) -> str:
    kind = "JPEG" if picture.alpha is None else "WEBP"
    return f"data:image/{kind.lower()};base64,{base64.b64encode(encode(picture, kind, quality)).decode()}"
