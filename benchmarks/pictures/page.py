"""A page of all pictures beside their photographs and paintings, from the file system; blind, if people are to vote."""

import html
import json
import random
from collections.abc import Sequence
from pathlib import Path
from string import Template
from urllib.parse import quote

from benchmarks.pictures.files import Comparison, Numbers, Pair
from benchmarks.pictures.methods import Method
from benchmarks.pictures.summary import pair_numbers
from nst_tf.images import Picture, atomic_write, fit, make_folder, read_image, resize_image, write_image

__all__ = ["write_page"]

CAPTION = (
    "style {style_share:.2f}, patches {patch_share:.2f}, content {content_distance:.2f}, edges {edge_agreement:.2f}"
)


def write_page(comparison: Comparison, numbers: Numbers, blind: bool) -> Path:
    """Writes `index.html` and the photographs and paintings that it shows, and gives its path.

    Args:
        comparison: All of whose pictures were made and measured.
        numbers: In which they were.
        blind: Whether to hide names and numbers and to shuffle the methods of each pair, always in the same way, and to
            take votes.
    """
    _write_originals(comparison)
    if blind:
        rows = {pair: _blind(comparison, pair) for pair in comparison.pairs}
    else:
        rows = {pair: _open(comparison, numbers, pair) for pair in [*comparison.pairs, *comparison.identities]}
    data = {"size": comparison.size, "methods": [method.label for method in comparison.methods]}
    template = Template(Path(__file__).with_name("index.html").read_text("utf-8"))
    page = template.substitute(
        rows="\n".join(_section(comparison, pair, figures) for pair, figures in rows.items()),
        kind="blind" if blind else "open",
        size=comparison.size,
        # Nothing in it can end the element that it stands in.
        data=json.dumps(data).replace("<", r"\u003c"),
    )
    target = comparison.out / "index.html"
    with atomic_write(target) as temporary:
        temporary.write_bytes(page.encode("ascii", "xmlcharrefreplace"))
    return target


def _write_originals(comparison: Comparison) -> None:
    """The photographs and the paintings in the size of the pictures."""
    for image in {one for pair in comparison.pairs for one in (pair.content, pair.style)}:
        target = comparison.original(image)
        if not target.exists():
            pixels = read_image(image).pixels
            make_folder(target.parent)
            write_image(target, Picture(resize_image(pixels, fit(pixels.shape, comparison.size))))


def _open(comparison: Comparison, numbers: Numbers, pair: Pair) -> list[str]:
    """The figures of a pair, with names and numbers."""
    return [
        _figure(
            _image(comparison, comparison.picture(pair, method), method.label),
            _caption(comparison, numbers, pair, method),
        )
        for method in comparison.methods
    ]


def _caption(comparison: Comparison, numbers: Numbers, pair: Pair, method: Method) -> str:
    if pair.is_identity:
        found = numbers[comparison.key(pair, method.label)]["evaluation"]
        return f"{method.label}: content {found['content_distance']:.2f}"
    return f"{method.label}: {CAPTION.format(**pair_numbers(comparison, numbers, pair, method.label))}"


def _blind(comparison: Comparison, pair: Pair) -> list[str]:
    """The figures of a pair as buttons without names, in an order of its own that is always the same."""
    methods = random.Random(" x ".join(pair.names)).sample(comparison.methods, len(comparison.methods))
    figures = []
    for number, method in enumerate(methods, 1):
        image = _image(comparison, comparison.picture(pair, method), f"picture {number}")
        button = (
            f'<button type="button" aria-pressed="false" data-method="{html.escape(method.label)}">{image}</button>'
        )
        figures.append(_figure(button, str(number)))
    return figures


def _section(comparison: Comparison, pair: Pair, figures: Sequence[str]) -> str:
    """A row of the page."""
    content, style = map(html.escape, pair.names)
    originals = {"photograph": pair.content, "painting": pair.style}
    shown = {what: image for what, image in originals.items() if what == "painting" or not pair.is_identity}
    shown = [_figure(_image(comparison, comparison.original(image), what), what) for what, image in shown.items()]
    title = f"<h2>{content} x {style}</h2>"
    return f'<section data-content="{content}" data-style="{style}">{title}{"".join([*shown, *figures])}</section>'


def _figure(inner: str, caption: str) -> str:
    return f"<figure>{inner}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _image(comparison: Comparison, path: Path, what: str) -> str:
    address = quote(path.relative_to(comparison.out).as_posix())
    return f'<img src="{address}" alt="{html.escape(what)}" loading="lazy">'
