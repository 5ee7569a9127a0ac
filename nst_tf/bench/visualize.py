"""Measures visualization: the search for the strongest activations, and projections, against the bare network."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import load_backbone
from nst_tf.backbones.graph import Graph
from nst_tf.images import read_frame
from nst_tf.samples import sample
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.top.strongest import StrongestPass

__all__ = ["measure"]

ROUNDS = 15
DEEPEST = "relu5"


def _images(side: int, batch: int) -> tf.Tensor:
    """Two photographs and a painting over and over, each time turned another way, so that no two are equal."""
    frames = [read_frame(sample(name), side) for name in ("neuschwanstein", "auvers", "great_wave")]
    return tf.constant(np.stack([np.roll(frames[n % 3], 7 * n, axis=1) for n in range(batch)]))


def _seconds(run: Callable[[], tf.Tensor]) -> float:
    started = time.perf_counter()
    run().numpy()
    return time.perf_counter() - started


def _turns(one: Callable[[], tf.Tensor], other: Callable[[], tf.Tensor]) -> tuple[float, float, float]:
    """Medians of the seconds that both take, run in turns, and of the first's over the second's."""
    one(), other()
    pairs = [(_seconds(one), _seconds(other)) for _ in range(ROUNDS)]
    return *map(median, zip(*pairs, strict=True)), median(a / b for a, b in pairs)


def _search(graph: Graph, images: tf.Tensor) -> dict[str, Any]:
    search, numbers = StrongestPass(graph, graph.maps), tf.range(images.shape[0])
    state = search.start()
    bare = tf.function(lambda images: graph.features(images, [DEEPEST])[DEEPEST], autograph=False)
    forward, whole, fraction = _turns(lambda: bare(images), lambda: search.add(state, images, numbers)[DEEPEST][0])
    batch, side, *_ = images.shape
    return {
        "side": side,
        "layers": len(graph.maps),
        "bare": batch / forward,
        "search": batch / whole,
        "fraction": fraction,
    }


def _projection(graph: Graph, images: tf.Tensor) -> dict[str, Any]:
    deconv = Deconv(graph.model, DEEPEST)
    filters = tf.range(images.shape[0])

    @tf.function(autograph=False)
    def forward_and_backward(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            maps = graph.features(images, [DEEPEST])[DEEPEST]
        return tape.gradient(maps, images)

    inputs = {"image": images, "filter": filters}
    ours, reference, ratio = _turns(lambda: deconv(inputs)["projection"], lambda: forward_and_backward(images))
    batch = images.shape[0]
    return {"projections": batch / ours, "forward_backward": batch / reference, "ratio": ratio}


def measure(side: int = 224, batch: int = 16) -> dict[str, Any]:
    """All figures, as plain data, on AlexNet; the images are in memory.

    Args:
        side: Of the square images, in pixels.
        batch: Images at a time.

    Returns:
        `top_activations`: images a second of the search in all rectified layers (`search`) and of a forward pass to the
        deepest (`bare`), and the former over the latter (`fraction`). `projection`: projections of that layer's filters
        a second, as many forward and backward passes a second, and how much longer a projection takes (`ratio`).
    """
    graph, images = Graph(load_backbone("alexnet")), _images(side, batch)
    return {"top_activations": _search(graph, images), "projection": _projection(graph, images)}
