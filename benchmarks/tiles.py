"""An evaluation of a picture by tiles against one of a smaller picture as a whole: the time for a pixel."""

from collections.abc import Callable
from statistics import median
from typing import Any

import nst_tf
from benchmarks.turns import timed
from nst_tf.images import fit, resize_image
from nst_tf.one_pass.areas import areas_of
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.recipes.stylize.stylize import prepare

__all__ = ["measure", "table"]

BEFORE = 2  # evaluations, so that L-BFGS has a history


def _evaluation(size: int, tile: int, changes: dict[str, Any]) -> tuple[Callable[[], object], int]:
    """What evaluates a bundled pair once, and of how many pixels."""
    pixels, style = (nst_tf.read_image(nst_tf.sample(name)) for name in ("neuschwanstein", "great_wave"))
    content = nst_tf.Picture(resize_image(pixels.pixels, fit(pixels.pixels.shape, size)))
    settings = PRESETS.choose("default", size=size, first_size=size, init="content", tile=tile, **changes)
    recipe = prepare(content, areas_of(content, [style]), settings)
    loop, scale, canvas = recipe.network.loop, recipe.sizes[-1], recipe.start()
    total = recipe.total(recipe.renewed(recipe.objective(scale), canvas), scale)
    state = loop.advance(loop.optimizer.start(canvas), BEFORE, total)

    def evaluate():
        return loop.optimizer.loss(loop.advance(state, 1, total)).numpy()

    return evaluate, canvas.shape[1] * canvas.shape[2]


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
    both = {"tiled": _evaluation(size, tile, changes), "untiled": _evaluation(whole, 0, changes)}
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
