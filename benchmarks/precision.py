"""float32 against bfloat16: the time of a whole picture, and how near it comes to its style and its content."""

from statistics import median
from typing import Any

import nst_tf
from benchmarks.turns import timed
from nst_tf.backbones.precision import machine_precision
from nst_tf.images import fit, resize_image

__all__ = ["measure", "table"]

PRECISIONS = ("float32", "bfloat16")


def _quality(content: nst_tf.Picture, style: nst_tf.Picture, made: nst_tf.Result) -> dict[str, Any]:
    found = nst_tf.evaluate(content, style, made.picture)
    evaluations = made.history[-1]["step"]
    return {"evaluations": evaluations, "style": found.style_distance, "content": found.content_distance}


def measure(size: int = 256, rounds: int = 3) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data, with the preset `default`.

    Args:
        size: Longest side of the picture in pixels.
        rounds: How often both are timed, in turns; the medians are reported.

    Returns:
        `height` and `width`; for `"float32"` and `"bfloat16"` the `seconds` and `evaluations` of a picture and the
        `style` and `content` distances of `nst_tf.evaluate`; the `ratio` of the latter's time to the former's; and what
        `"auto"` is on this machine (`machine`), with its `reason`.
    """
    pixels, style = (nst_tf.read_image(nst_tf.sample(name)) for name in ("neuschwanstein", "auvers"))
    content = nst_tf.Picture(resize_image(pixels.pixels, fit(pixels.pixels.shape, size)))
    made = {}

    def paint(precision: str) -> None:
        made[precision] = nst_tf.stylize(content, style, size=size, precision=precision)

    runs = {precision: lambda precision=precision: paint(precision) for precision in PRECISIONS}
    seconds, turns = timed(runs, rounds)
    each = {one: {"seconds": seconds[one], **_quality(content, style, made[one])} for one in PRECISIONS}
    height, width = made["float32"].image.shape[:2]
    ratio = median(turn["bfloat16"] / turn["float32"] for turn in turns)
    machine, reason = machine_precision()
    return {"height": height, "width": width, **each, "ratio": ratio, "machine": machine, "reason": reason}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    lines = [_line(one, measured["width"], measured["height"], **measured[one]) for one in PRECISIONS]
    end = f"bfloat16 takes {measured['ratio']:.2f} of the time; auto is {measured['machine']}: {measured['reason']}"
    return "\n".join([*lines, end])


def _line(name: str, width: int, height: int, seconds: float, evaluations: int, style: float, content: float) -> str:
    picture = f"{name}, {width}x{height} px"
    return f"{picture:32} {seconds:8.2f} s  {evaluations} evaluations, style {style:.3f}, content {content:.3f}"
