"""Measures DeepDream: a whole dream against as many bare forward and backward passes over the same pixels."""

import time
from functools import partial
from statistics import median
from typing import Any

import tensorflow as tf

from nst_tf.images import Picture, read_image, resize
from nst_tf.recipes.dream.engine import dream_engine
from nst_tf.recipes.dream.recipe import dream, octave_sizes
from nst_tf.recipes.dream.settings import PRESETS
from nst_tf.samples import sample

__all__ = ["measure"]

LAYER = "relu4_3"


def _bare(settings, shape: tuple[int, ...]):
    """A function that makes the bare passes, on images of the octaves' sizes."""
    graph = dream_engine(settings, [LAYER]).graph
    images = [tf.random.stateless_uniform([1, *size, 3], [0, 0]) for size in octave_sizes(shape, settings)]

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3])], autograph=False)
    def forward_and_backward(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            maps = graph.features(image, [LAYER])[LAYER]
        return tape.gradient(maps, image)

    def run():
        for image in images:
            for _ in range(settings.steps[0]):
                forward_and_backward(image)[0, 0, 0, 0].numpy()

    return run


def measure(width: int = 256, height: int = 192, octaves: int = 4, steps: int = 10, rounds: int = 3) -> dict[str, Any]:
    """All figures, as plain data, on VGG16 as far as relu4_3.

    Args:
        width: Of the last octave, in pixels.
        height: Likewise.
        octaves: How many.
        steps: On each octave.
        rounds: How often both are timed, in turns; the medians are reported.

    Returns:
        `seconds` of a dream, from the image to the picture; `bare`, of as many forward and backward passes over the
        same pixels; the `ratio` of the former to the latter; and the four arguments.
    """
    options = {"size": max(width, height), "octaves": octaves, "steps": (steps,), "layers": {LAYER: 1.0}}
    image = Picture(resize(read_image(sample("neuschwanstein")).pixels, (height, width)).clip(0, 1))
    runs = partial(dream, image, **options), _bare(PRESETS.choose(**options), image.pixels.shape)
    dream(image, **{**options, "steps": (1,)})  # compiles
    pairs = [tuple(map(_seconds, runs)) for _ in range(rounds)]
    seconds, bare = map(median, zip(*pairs, strict=True))
    ratio = median(ours / theirs for ours, theirs in pairs)
    sizes = {"width": width, "height": height, "octaves": octaves, "steps": steps}
    return {**sizes, "seconds": seconds, "bare": bare, "ratio": ratio}


def _seconds(run) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
