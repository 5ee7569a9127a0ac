"""What a comparison comes to: a line for each method, its worst pair, and how well paintings come back."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Any

from benchmarks.pictures.files import Comparison, Numbers, Pair
from nst_tf.measures.evaluate import CONTROLS, Evaluation

__all__ = ["pair_numbers", "summarise", "table"]

MEANS = {
    "style": "style_share",
    "patches": "patch_share",
    "omitted": "omission_distance",
    "content": "content_distance",
    "edges": "edge_agreement",
}


def pair_numbers(comparison: Comparison, numbers: Numbers, pair: Pair, method: str) -> dict[str, float]:
    """The evaluation of a picture, with its shares of the photograph's own distances.

    Args:
        comparison: Whose picture.
        numbers: In which it was measured.
        pair: Of a photograph and a painting.
        method: The label of a method, or the name of a control.
    """
    found, photograph = (
        Evaluation(**numbers[comparison.key(pair, name)]["evaluation"]) for name in (method, "photograph")
    )
    return {**vars(found), **found.shares(photograph)}


def summarise(comparison: Comparison, numbers: Numbers) -> dict[str, Any]:
    """All figures, as plain data.

    Args:
        comparison: All of whose pictures were made and measured.
        numbers: In which they were.

    Returns:
        `size` and `pairs`, how many; under `methods`, of each control and method: means over the pairs of
        `style_share`, `patch_share` (of the photograph's own distances), `omission_distance`, `content_distance` and
        `edge_agreement`, and the `worst` pair in style with its share; of methods, the median `seconds` of a picture
        (`None` if they are not known) and the `peak_memory_mb` of the process; and under `identity`, of each painting
        and method, LPIPS to the painting of what was made of it with itself as the style.
    """
    pairs = comparison.pairs
    labels = [method.label for method in comparison.methods]
    return {
        "size": comparison.size,
        "pairs": len(pairs),
        "methods": {
            **{name: _means(comparison, numbers, pairs, name) for name in CONTROLS},
            **{
                label: _means(comparison, numbers, pairs, label) | _costs(comparison, numbers, pairs, label)
                for label in labels
            },
        },
        "identity": {
            pair.style.name: {label: _come_back(comparison, numbers, pair, label) for label in labels}
            for pair in comparison.identities
        },
    }


def _means(comparison: Comparison, numbers: Numbers, pairs: Sequence[Pair], method: str) -> dict[str, Any]:
    found = {pair: pair_numbers(comparison, numbers, pair, method) for pair in pairs}
    means = {name: fmean(one[name] for one in found.values()) for name in MEANS.values()}
    worst = max(found, key=lambda pair: found[pair]["style_share"])
    return {**means, "worst": {"pair": list(worst.names), "style_share": found[worst]["style_share"]}}


def _costs(comparison: Comparison, numbers: Numbers, pairs: Sequence[Pair], method: str) -> dict[str, float | None]:
    known = [numbers[comparison.key(pair, method)] for pair in pairs]
    seconds = [one["seconds"] for one in known if one.get("seconds") is not None]
    memory = [one["peak_memory_mb"] for one in known if one.get("peak_memory_mb") is not None]
    return {"seconds": median(seconds) if seconds else None, "peak_memory_mb": max(memory, default=None)}


def _come_back(comparison: Comparison, numbers: Numbers, pair: Pair, method: str) -> float:
    return numbers[comparison.key(pair, method)]["evaluation"]["content_distance"]


def table(summary: Mapping[str, Any]) -> str:
    """The same, to read."""
    methods = summary["methods"]
    heads = [*MEANS, "seconds", "MB"]
    rows = [["method", *heads, "worst in style"], *([name, *_cells(one)] for name, one in methods.items())]
    title = f"{summary['pairs']} pairs at {summary['size']} px; style and patches as shares of the photograph's own"
    return "\n".join([title, *_lines(rows), "", *_identity(summary["identity"])])


def _cells(found: Mapping[str, Any]) -> list[str]:
    cells = [f"{found[name]:.3f}" for name in MEANS.values()]
    cells += [_or_dash(found.get("seconds"), ".1f"), _or_dash(found.get("peak_memory_mb"), ".0f")]
    return [*cells, f"{found['worst']['style_share']:.3f} {' x '.join(found['worst']['pair'])}"]


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _identity(identity: Mapping[str, Mapping[str, float]]) -> list[str]:
    labels = list(next(iter(identity.values())))
    rows = [["painted with itself", *labels]]
    rows += [[style, *(f"{found[label]:.3f}" for label in labels)] for style, found in identity.items()]
    rows.append(["mean", *(f"{fmean(found[label] for found in identity.values()):.3f}" for label in labels)])
    return ["LPIPS of a painting to what becomes of it in its own style, at best 0", *_lines(rows)]


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns: names at the left, numbers at the right of theirs."""
    columns = []
    for head, *cells in zip(*rows, strict=True):
        wide = max(map(len, [head, *cells]))
        numbers = all(cell.replace(".", "").isdigit() or cell == "-" for cell in cells)
        columns.append([cell.rjust(wide) if numbers else cell.ljust(wide) for cell in (head, *cells)])
    return ["  ".join(line).rstrip() for line in zip(*columns, strict=True)]
