"""A page to browse layers and filters, for any browser, from the file system."""

import html
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from nst_tf.images import atomic_write, make_folder
from nst_tf.visualize.top.gallery.result import LayerResult
from nst_tf.visualize.top.gallery.summary import filter_table

__all__ = ["write_page"]


def write_page(
    out: str | os.PathLike, results: Iterable[LayerResult], image_names: Sequence[str], *, model: str, side: int
) -> None:
    """Writes `out/index.html` and what it shows; it needs neither a server nor the internet.

    Beside it comes `page/`: its code and one file of data for each layer. The pictures are expected as
    `write_pictures` writes them, the full images as `views/<index>.jpg`.

    Args:
        out: an existing folder.
        results: the layers, taken one at a time: a generator that loads them keeps one in memory.
        image_names: the names that `LayerResult.images` indexes.
        model: the network's name.
        side: height and width of the network's view of an image, in pixels.

    Raises:
        InputError: `out` cannot be written to.
        NstError: the disk is full or fails.
    """
    out = Path(out)
    make_folder(out / "page")
    layers = [_write_layer(out, result, image_names) for result in results]
    for name in ("gallery.css", "gallery.js"):
        _write_text(out / "page" / name, Path(__file__).with_name(name).read_text("utf-8"))
    data = {"model": model, "side": side, "images": len(image_names), "layers": layers}
    template = Template(Path(__file__).with_name("index.html").read_text("utf-8"))
    _write_text(out / "index.html", template.substitute(model=html.escape(model), data=_script_json(data)))


def _write_layer(out: Path, result: LayerResult, image_names: Sequence[str]) -> dict:
    """Writes the layer's data; returns its entry in the list of layers."""
    used = sorted({int(index) for index in result.images.flat if index >= 0})
    data = {"filters": filter_table(result), "names": {index: image_names[index] for index in used}}
    script = f"gallery.receive({_script_json(result.layer)}, {_script_json(data)});\n"
    _write_text(out / "page" / f"{result.stem}.data.js", script)
    return {"name": result.layer, "stem": result.stem, "filters": len(result.activations)}


def _script_json(data: dict | str) -> str:
    """JSON in ASCII that cannot end the script element it stands in."""
    return json.dumps(data, allow_nan=False).replace("<", r"\u003c")


def _write_text(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        # File names may hold bytes that are no UTF-8; they are character references in the page.
        temporary.write_bytes(text.encode("ascii", "xmlcharrefreplace"))
