"""Style transfer in one pass: its time against bare passes of the encoder, and what it saves the optimiser."""

from statistics import median
from typing import Any

import tensorflow as tf

import nst_tf
from benchmarks.turns import timed
from nst_tf.images import fit, resize_image
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.settings import FastSettings

__all__ = ["measure", "table"]

ROUNDS = 5
PATIENCE = 2  # times the evaluations that the start from the content takes
ENCODER = "relu4_1"  # of VGG16, as far as the decoder goes


def _speed(content: nst_tf.Picture, style: nst_tf.Picture, settings: FastSettings) -> dict[str, Any]:
    encoder = load_stylizer(precision=settings.precision).encoder
    encode, image = tf.function(encoder, autograph=False), tf.constant(content.pixels[None])
    known = nst_tf.FastPainter(style, settings)
    runs = {
        "picture": lambda: known(content),
        "picture_and_style": lambda: nst_tf.FastPainter(style, settings)(content),
        "encoder": lambda: encode(image)[ENCODER].numpy(),
    }
    seconds, turns = timed(runs, ROUNDS)
    return seconds | {"over_encoder": median(turn["picture"] / turn["encoder"] for turn in turns)}


def _warm_start(content: nst_tf.Picture, style: nst_tf.Picture, size: int) -> dict[str, Any]:
    """Evaluations to where the preset `default` ends from the content, from there and from the picture of one pass."""
    cold = nst_tf.stylize(content, style, size=size, plateau=0.0, init="content")
    evaluations, goal = cold.history[-1]["step"], sum(cold.losses.values())
    steps = (*nst_tf.PRESETS["default"].steps[: cold.history[-1]["scale"] - 1], PATIENCE * evaluations)
    for progress in nst_tf.stylize_steps(content, style, size=size, plateau=0.0, init="fast", steps=steps):
        if progress.scale == progress.scales and progress.loss <= goal:
            return {"objective": goal, "from_content": evaluations, "from_fast": progress.step}
    return {"objective": goal, "from_content": evaluations, "from_fast": None}


def measure(size: int = 512) -> dict[str, Any]:
    """All figures for a bundled pair, as plain data, in one run.

    Args:
        size: Longest side of the picture in pixels.

    Returns:
        `height` and `width`; medians of the seconds for a `picture` whose style was measured before, for a picture and
        its style (`picture_and_style`), and for a bare pass of the `encoder` over the content; their ratio
        (`over_encoder`); and under `warm_start` the value of the `objective` that the preset `default` ends with if it
        starts from the content, and the evaluations to it, `from_content` and `from_fast` (`None` if it was not reached
        in twice as many).
    """
    pixels, style = (nst_tf.read_image(nst_tf.sample(name)) for name in ("neuschwanstein", "auvers"))
    content = nst_tf.Picture(resize_image(pixels.pixels, fit(pixels.pixels.shape, size)))
    height, width = content.pixels.shape[:2]
    speed = _speed(content, style, FastSettings(size=size))
    return {"height": height, "width": width, **speed, "warm_start": _warm_start(content, style, size)}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    warm, picture = measured["warm_start"], f"in one pass, {measured['width']}x{measured['height']} px"
    return (
        f"{picture:32} {measured['picture']:8.2f} s  {measured['over_encoder']:.1f} of the time of the encoder alone; "
        f"{measured['picture_and_style']:.2f} s with the style\n"
        f"evaluations to an objective of {warm['objective']:.3g}: {warm['from_content']} from the content, "
        f"{warm['from_fast'] or 'not reached'} from the picture of one pass"
    )
