"""An evaluation of a picture by tiles against one of a smaller picture as a whole: the time for a pixel."""

from statistics import median
from typing import Any

from benchmarks.evaluation import evaluation
from benchmarks.turns import timed

__all__ = ["measure", "table"]


def measure(size: int = 2400, tile: int = 512, whole: int = 1024, rounds: int = 3, **changes: Any) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data, with the preset `default`.

    Args:
        size: Longest side of the picture by tiles, in pixels.
        tile: Side of a tile, in pixels.
        whole: Longest side of the picture that is looked at as a whole, in pixels.
        rounds: How often both are timed, in turns; the medians are reported.
        **changes: Settings in place of the preset's.

    Returns:
        `size`, `tile` and `whole`; microseconds for a pixel of an evaluation by tiles (`tiled`) and as a whole
        (`untiled`); and the `ratio` of both.
    """
    both = {"tiled": evaluation(size, tile=tile, **changes), "untiled": evaluation(whole, **changes)}
    _, turns = timed({name: run for name, (run, _) in both.items()}, rounds)
    each = [{name: 1e6 * turn[name] / pixels for name, (_, pixels) in both.items()} for turn in turns]
    return {"size": size, "tile": tile, "whole": whole} | {
        **{name: median(turn[name] for turn in each) for name in both},
        "ratio": median(turn["tiled"] / turn["untiled"] for turn in each),
    }


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    tiled = f"{measured['size']} px by tiles of {measured['tile']}"
    lines = [(tiled, "tiled"), (f"{measured['whole']} px as a whole", "untiled")]
    end = f"by tiles, an evaluation takes {measured['ratio']:.2f} times as long for a pixel"
    return "\n".join([*(f"{name:32} {measured[key]:8.2f} us a pixel" for name, key in lines), end])
