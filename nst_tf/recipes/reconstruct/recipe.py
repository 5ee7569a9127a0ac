"""Inverts what a network makes of an image: one layer, or one after the other for a strip; see `reconstruct_layer`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones.fit_image import fit_image
from nst_tf.backbones.graph import Graph
from nst_tf.canvas import lanczos
from nst_tf.errors import InputError
from nst_tf.images import fit
from nst_tf.progress import Progress, Result, last_result
from nst_tf.recipes.driver import Clock, coarse_to_fine
from nst_tf.recipes.features.engine import network_graph
from nst_tf.recipes.given import Source, as_picture
from nst_tf.recipes.reconstruct.engine import reconstruct_engine
from nst_tf.recipes.reconstruct.layer import Reconstruct
from nst_tf.recipes.reconstruct.settings import PRESETS
from nst_tf.recipes.reconstruct.strip import strip_steps

__all__ = ["reconstruct", "reconstruct_steps"]

SIZE = 160


def _sized(image: np.ndarray, graph: Graph, size: int | None) -> np.ndarray:
    """The image in the size in which it is reconstructed: as set, or as the network takes it."""
    if size is None and graph.model.inputs[0].shape[1] is not None:
        return fit_image(graph.model, image)
    return lanczos(tf.constant(image)[None], *fit(image.shape, size or SIZE))[0].numpy()


def _named(layer: str | Sequence[str] | None, graph: Graph) -> list[str]:
    names = list(graph.maps) if layer is None else [layer] if isinstance(layer, str) else list(layer)
    if not names:
        raise InputError("no layer was given; at least one is needed")
    for name in names:
        graph.step(name)  # refuses an unknown one
    return names


def reconstruct_steps(
    image: Source,
    layer: str | Sequence[str] | None = None,
    *,
    preset: str = "default",
    time_limit: float | None = None,
    **changes: Any,
) -> Iterator[Progress]:
    """Reconstructs an image from its features, and reports after every few evaluations; stop listening, and it stops.

    Args:
        image: A `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        layer: Name of the layer, `"outer/inner"` in a nested model; several, for a strip of the image and one
            reconstruction from each of them; or `None` for a strip of all rectified maps of the network.
        preset: A key of `PRESETS`: `"default"`, `"draft"` or `"mahendran"`.
        time_limit: Seconds after which to stop with what there is.
        **changes: Attributes of `ReconstructSettings` to change in the preset.

    Yields:
        A `Progress`, whose scales are the layers; the last one's `result()` has a `Reconstruction` as its picture, or
        a `Strip`.

    Raises:
        InputError: The image, the network, a layer or a setting cannot be used. Nothing was computed then.
    """
    clock = Clock(time_limit)
    settings = PRESETS.choose(preset, **changes)
    graph = network_graph(settings.model, settings.preprocessing)
    layers, pixels = _named(layer, graph), _sized(as_picture(image).pixels, graph, settings.size)
    recipes = [Reconstruct(pixels, settings, reconstruct_engine(graph, name, settings)) for name in layers]
    yield from coarse_to_fine(recipes[0], clock) if isinstance(layer, str) else strip_steps(recipes, clock)


def reconstruct(
    image: Source,
    layer: str | Sequence[str] | None = None,
    *,
    callback: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Result:
    """Reconstructs an image from its features in one layer, or in each of several.

    Args:
        image: A `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        layer: Name of the layer, several, or `None` for all rectified maps; see `reconstruct_steps`.
        callback: Called with each `Progress`.
        **options: As for `reconstruct_steps`.

    Returns:
        The picture: a `Reconstruction` with its `error` and `psnr`, or a `Strip` of them.

    Raises:
        InputError: The image, the network, a layer or a setting cannot be used.

    Example:
        >>> result = nst_tf.reconstruct(nst_tf.read_image("castle.jpg"), "relu3_3")
        >>> result.picture.psnr
        >>> nst_tf.write_image("relu3_3.png", result.picture)
    """
    return last_result(reconstruct_steps(image, layer, **options), callback)
