"""Visualization: the search for the strongest activations, and projections, against the bare network."""

from statistics import median
from typing import Any

import numpy as np
import tensorflow as tf

import nst_tf
from benchmarks.turns import timed
from nst_tf.images import read_frame
from nst_tf.visualize.top.strongest import StrongestPass

__all__ = ["measure", "table"]

ROUNDS = 15
DEEPEST = "relu5"


def _images(side: int, batch: int) -> tf.Tensor:
    """Two photographs and a painting over and over, each time turned another way, so that no two are equal."""
    frames = [read_frame(nst_tf.sample(name), side) for name in ("neuschwanstein", "auvers", "great_wave")]
    return tf.constant(np.stack([np.roll(frames[n % 3], 7 * n, axis=1) for n in range(batch)]))


def _search(graph: nst_tf.Graph, images: tf.Tensor) -> dict[str, Any]:
    search, numbers = StrongestPass(graph, graph.maps), tf.range(images.shape[0])
    state = search.start()
    bare = tf.function(lambda images: graph.features(images, [DEEPEST])[DEEPEST], autograph=False)
    runs = {
        "bare": lambda: bare(images).numpy(),
        "search": lambda: search.add(state, images, numbers)[DEEPEST][0].numpy(),
    }
    seconds, turns = timed(runs, ROUNDS)
    batch, side, *_ = images.shape
    return {
        "side": side,
        "layers": len(graph.maps),
        **{name: batch / one for name, one in seconds.items()},
        "fraction": median(turn["bare"] / turn["search"] for turn in turns),
    }


def _projection(graph: nst_tf.Graph, images: tf.Tensor) -> dict[str, Any]:
    deconv = nst_tf.Deconv(graph.model, DEEPEST)
    filters = tf.range(images.shape[0])

    @tf.function(autograph=False)
    def forward_and_backward(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            maps = graph.features(images, [DEEPEST])[DEEPEST]
        return tape.gradient(maps, images)

    inputs = {"image": images, "filter": filters}
    runs = {
        "projections": lambda: deconv(inputs)["projection"].numpy(),
        "forward_backward": lambda: forward_and_backward(images).numpy(),
    }
    seconds, turns = timed(runs, ROUNDS)
    rates = {name: images.shape[0] / one for name, one in seconds.items()}
    return rates | {"ratio": median(turn["projections"] / turn["forward_backward"] for turn in turns)}


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
    graph, images = nst_tf.Graph(nst_tf.load_backbone("alexnet")), _images(side, batch)
    return {"top_activations": _search(graph, images), "projection": _projection(graph, images)}


def table(measured: dict[str, Any]) -> str:
    """The same, to read."""
    search, projection = measured["top_activations"], measured["projection"]
    return (
        f"forward pass, AlexNet, {search['side']:3d} px    {search['bare']:8.1f} images/s\n"
        f"top activations, {search['layers']} layers        {search['search']:8.1f} images/s"
        f"  {search['fraction']:.0%} of the forward pass\n"
        f"projections, {DEEPEST}               {projection['projections']:8.1f} a second"
        f"  {projection['ratio']:.2f} of the time of a forward and backward pass"
    )
