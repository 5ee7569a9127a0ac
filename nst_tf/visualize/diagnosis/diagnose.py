"""All measures of a network, in one pass over the images."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph, Step
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.errors import InputError
from nst_tf.images.frames import Frames
from nst_tf.settings import keywords
from nst_tf.visualize.diagnosis.aliasing import Aliasing
from nst_tf.visualize.diagnosis.dominance import dominance, dominant_share
from nst_tf.visualize.diagnosis.frequency import FrequencyCoverage, frequency_coverage
from nst_tf.visualize.diagnosis.statistics import FilterStatistics, constant_share, dead_share, reduce_maps, sparsity
from nst_tf.visualize.settings import DIAGNOSIS

__all__ = ["Diagnosis", "LayerDiagnosis", "diagnose"]


@dataclass(frozen=True)
class LayerDiagnosis:
    """The measures of one layer; each is defined in the module of its name.

    Attributes:
        name: Of the rectified feature maps.
        filters: How many there are.
        dead: Share of filters.
        constant: Share of filters.
        sparsity: Share of activations.
        dominance: Ratio of RMS, of the convolution before the maps.
        dominant: Share of filters, of the same.
    """

    name: str
    filters: int
    dead: float
    constant: float
    sparsity: float
    dominance: float
    dominant: float


@dataclass(frozen=True)
class Diagnosis:
    """The measures of one network.

    Attributes:
        images: How many were measured.
        skipped: The files that could not be read, each with the reason.
        window: Of the first convolution: rows and columns of its kernel, in pixels.
        stride: Of the first convolution, in pixels.
        frequency: How its filters are spread over spatial frequencies.
        layers: One for each layer of feature maps, from shallow to deep.
        aliasing: Of the second of them; `None` where there is but one.
    """

    images: int
    skipped: dict[Path, str]
    window: tuple[int, int]
    stride: tuple[int, int]
    frequency: FrequencyCoverage
    layers: tuple[LayerDiagnosis, ...]
    aliasing: float | None


@keywords(DIAGNOSIS)
def diagnose(
    model: keras.Model,
    paths: Sequence[str | os.PathLike],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    **changes: Any,
) -> Diagnosis:
    """Measures a network on images; memory does not grow with their number.

    Args:
        model: Takes images in [0, 1].
        paths: Image files; their middle square is taken.
        on_progress: Called with the number of images done and of all.
        **changes: Attributes of `DiagnosisSettings` to change.

    Returns:
        The measures.

    Raises:
        InputError: The network has no convolution, a setting cannot be used or the side is too small for it, or no
            image can be read.
    """
    settings, graph = DIAGNOSIS.choose(**changes), Graph(model)
    side = model.input_shape[1] or settings.side
    kernels = [_convolution(graph, name) for name in graph.maps]
    aliasing = _aliasing(graph, kernels, side)
    margin = aliasing.margin if aliasing else 0
    frames = Frames([Path(path) for path in paths], side + margin, settings.batch)
    images, statistics = _stream(graph, frames, side, aliasing, on_progress or (lambda done, images: None))
    layers = zip(graph.maps, statistics, kernels, strict=True)
    return Diagnosis(
        images=images,
        skipped=frames.skipped,
        window=kernels[0].operation.kernel_size,
        stride=kernels[0].operation.strides,
        frequency=frequency_coverage(kernels[0].operation.kernel.numpy()),
        layers=tuple(_layer(name, one, step.operation.kernel.numpy()) for name, one, step in layers),
        aliasing=aliasing.score if aliasing else None,
    )


def _layer(name: str, statistics: FilterStatistics, kernel: np.ndarray) -> LayerDiagnosis:
    shares = dead_share(statistics), constant_share(statistics), sparsity(statistics)
    return LayerDiagnosis(name, len(statistics.mean), *shares, dominance(kernel), dominant_share(kernel))


def _convolution(graph: Graph, name: str) -> Step:
    """The last convolution that a layer depends on, or is."""
    for step in reversed(graph.upto([name])):
        if isinstance(step.operation, keras.layers.Conv2D):
            return step
    raise InputError(f"the layer {name!r} of {graph.model.name} has no convolution before it")


def _aliasing(graph: Graph, kernels: list[Step], side: int) -> Aliasing | None:
    if not kernels:
        raise InputError(f"{graph.model.name} has no convolution; there is nothing to diagnose")
    if len(kernels) < 2:
        return None
    stride = receptive_field(graph, graph.maps[1], side, side).stride
    own = kernels[1].operation.strides
    grid = tuple(whole // last for whole, last in zip(stride, own, strict=True))
    return Aliasing(graph, graph.maps[1], stride, grid, side)


def _stream(graph: Graph, frames: Frames, side: int, aliasing: Aliasing | None, on_progress: Callable):
    """How many images there were, and the statistics of each layer of maps."""

    @tf.function(input_signature=[tf.TensorSpec((None, side, side, 3))], autograph=False)
    def reduce(images):
        features = graph.features(images, graph.maps)
        return [(tf.size(features[name][..., 0]), reduce_maps(features[name])) for name in graph.maps]

    done, total = 0, None
    for indices, images in frames:
        images = images[indices >= 0]
        parts = [FilterStatistics.of(int(count), reduced.numpy()) for count, reduced in reduce(images[:, :side, :side])]
        total = parts if total is None else [a + b for a, b in zip(total, parts, strict=True)]
        if aliasing:
            aliasing.update(images)
        done += len(images)
        on_progress(done + len(frames.skipped), len(frames.paths))
    return done, total
