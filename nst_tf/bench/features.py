"""Measures feature visualisation: a step against a bare forward and backward pass, and many channels against one."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import tensorflow as tf

from nst_tf.objectives import Activation
from nst_tf.recipes.features.engine import feature_engine, network_graph
from nst_tf.recipes.features.recipe import Features
from nst_tf.recipes.features.settings import PRESETS
from nst_tf.recipes.features.target import layer_target

__all__ = ["measure"]

STEPS = 5  # in one call, as the recipe makes them
MANY = 16


def _seconds(run: Callable[[], tf.Tensor]) -> float:
    started = time.perf_counter()
    run().numpy()
    return time.perf_counter() - started


def _stepper(features: Features) -> Callable[[], tf.Tensor]:
    loop, objective = features.engine.loop, features.objective(features.sizes[0])["activation"]
    state = loop.optimizer.start(features.start())
    return lambda: loop.optimizer.loss(loop.advance(state, STEPS, objective))


def _bare(features: Features, layer: str) -> Callable[[], tf.Tensor]:
    """As many forward and backward passes from a channel of the layer to images of this size, in one compiled call."""
    graph, image = features.engine.graph, features.start()[:1]

    @tf.function(autograph=False)
    def passes(image):
        for _ in range(STEPS):
            with tf.GradientTape() as tape:
                tape.watch(image)
                value = Activation(layer, channel=0)(graph.features(image, [layer]), image)
            image -= tape.gradient(value, image)  # so that no pass can be left out
        return image

    return lambda: passes(image)


def measure(layer: str = "relu4_2", size: int = 128, rounds: int = 7) -> dict[str, Any]:
    """All figures, as plain data, on VGG16 with the default transforms, in one run.

    Args:
        layer: Whose channels are visualised.
        size: Side of the pictures in pixels.
        rounds: How often all are timed, in turns; medians are given.

    Returns:
        Seconds of a `step` for one channel, of a `bare` forward and backward pass, their ratio (`over_bare`), seconds
        of a step for 16 channels (`many`), and how often that takes the time of one (`over_one`).
    """
    settings = PRESETS.choose(size=size)
    graph = network_graph(settings.model, settings.preprocessing)

    def features(count):
        target = layer_target(graph, layer, range(count))
        return Features(target, settings, feature_engine(graph, target.layer, settings))

    one, many = features(1), features(MANY)
    runs = _stepper(one), _bare(one, layer), _stepper(many)
    for run in runs:
        run()
    turns = [[_seconds(run) / STEPS for run in runs] for _ in range(rounds)]
    step, bare, batch = map(median, zip(*turns, strict=True))
    return {
        "layer": layer,
        "size": size,
        "step": step,
        "bare": bare,
        "over_bare": median(ours / theirs for ours, theirs, _ in turns),
        "many": batch,
        "over_one": median(all_ / ours for ours, _, all_ in turns),
    }
