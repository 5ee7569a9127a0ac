"""The strongest activations as JSON."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nst_tf.images import atomic_write
from nst_tf.visualize.top.gallery.result import LayerResult

__all__ = ["filter_table", "write_summary"]


def write_summary(
    out: str | os.PathLike, results: Iterable[LayerResult], image_names: Sequence[str], *, model: str, side: int
) -> None:
    """Writes `out/top_activations.json`: `model`, `side`, `images` (names) and `layers`.

    Each of the layers has its name, `layer`, and `filters`, the `filter_table`.

    Args:
        out: an existing folder.
        results: the layers, taken one at a time: a generator that loads them keeps one in memory.
        image_names: the names that `LayerResult.images` indexes.
        model: the network's name.
        side: height and width of the network's view of an image, in pixels.
    """
    layers = [{"layer": result.layer, "filters": filter_table(result)} for result in results]
    summary = {"model": model, "side": side, "images": list(image_names), "layers": layers}
    with atomic_write(Path(out) / "top_activations.json") as temporary:
        temporary.write_text(json.dumps(summary, indent=1, allow_nan=False), "ascii")


def filter_table(result: LayerResult) -> list[dict]:
    """Each filter's `filter` (its number), `sparsity` and `top`: the images that there are, strongest first.

    An entry of `top` is a dictionary of `image` (index), `activation`, `position` (row, column) and `box` (top, left,
    bottom, right), with numbers as JSON takes them.
    """
    return [
        {
            "filter": number,
            "sparsity": _plain(result.sparsity[number]),
            "top": [_entry(result, number, rank) for rank in np.flatnonzero(result.images[number] >= 0)],
        }
        for number in range(len(result.activations))
    ]


def _entry(result: LayerResult, number: int, rank: int) -> dict:
    return {
        "image": int(result.images[number, rank]),
        "activation": _plain(result.activations[number, rank]),
        "position": result.positions[number, rank].tolist(),
        "box": result.boxes[number, rank].tolist(),
    }


def _plain(value: np.float32) -> float:
    """The shortest decimal that is this float32."""
    return float(str(np.float32(value)))
