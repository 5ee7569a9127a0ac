"""DeepDream: a whole dream against as many bare forward and backward passes over the same pixels."""

from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import tensorflow as tf

import nst_tf
from benchmarks.turns import timed
from nst_tf.images import resize_image

__all__ = ["measure", "table"]

LAYER = "relu4_3"


def _bare(evaluations: Mapping[tuple[int, int], int]) -> Callable[[], None]:
    """A function that makes the bare passes, so many on an image of each size."""
    extractor = nst_tf.feature_extractor(nst_tf.load_backbone("vgg16"), [LAYER])

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3])], autograph=False)
    def forward_and_backward(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            maps = extractor(image)[LAYER]
        return tape.gradient(maps, image)

    def run():
        for size, number in evaluations.items():
            image = tf.random.stateless_uniform([1, *size, 3], [0, 0])
            for _ in range(number):
                forward_and_backward(image)[0, 0, 0, 0].numpy()

    return run


def _evaluations(result: nst_tf.Result) -> dict[tuple[int, int], int]:
    """How many a dream has made of each size."""
    last = {(entry["height"], entry["width"]): entry["step"] for entry in result.history}
    return dict(Counter(last) - Counter(dict(zip(list(last)[1:], last.values(), strict=False))))


def measure(width: int = 256, height: int = 192, octaves: int = 4, steps: int = 10, rounds: int = 3) -> dict[str, Any]:
    """All figures, as plain data, on VGG16 as far as relu4_3.

    Args:
        width: Of the last octave, in pixels.
        height: Likewise.
        octaves: How many.
        steps: On each octave.
        rounds: How often both are timed, in turns; the medians are reported.

    Returns:
        The first four arguments; `evaluations`, how many the dream makes; `seconds` of a dream, from the image to the
        picture; `bare`, of as many forward and backward passes over the same pixels; and the `ratio` of the former to
        the latter.
    """
    pixels = nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels
    image = nst_tf.Picture(resize_image(pixels, (height, width)))
    options = {"size": max(width, height), "octaves": octaves, "steps": (steps,), "layers": {LAYER: 1.0}}
    options |= {"precision": "float32"}  # as the bare passes have

    def dream():
        return nst_tf.dream(image, **options)

    evaluations = _evaluations(dream())
    seconds, turns = timed({"seconds": dream, "bare": _bare(evaluations)}, rounds)
    sizes = {"width": width, "height": height, "octaves": octaves, "steps": steps}
    ratio = median(turn["seconds"] / turn["bare"] for turn in turns)
    return sizes | {"evaluations": sum(evaluations.values())} | seconds | {"ratio": ratio}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    return (
        f"dream, {measured['width']}x{measured['height']}, {measured['octaves']} octaves of {measured['steps']} steps"
        f"  {measured['seconds']:.1f} s, {measured['ratio']:.2f} of the time of as many forward and backward passes"
    )
