"""`reconstruct` and `reconstruct_steps`: inversion in Python, of one layer, or of one after the other for a strip."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import fit_image
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.canvas import lanczos
from nst_tf.errors import InputError
from nst_tf.images import Picture, Source, as_picture, fit
from nst_tf.memory import check_memory
from nst_tf.progress import Checkpoint, Progress, Result, last_result
from nst_tf.recipes.clock import Clock
from nst_tf.recipes.feature_loop import GraphLoop, network_graph
from nst_tf.recipes.python_driver import coarse_to_fine
from nst_tf.recipes.reconstruct.recipe import Reconstruct, reconstruct_network
from nst_tf.recipes.reconstruct.settings import PRESETS, SIZE, ReconstructSettings
from nst_tf.recipes.reconstruct.strip import Reconstruction, layer_checkpoints, strip_steps
from nst_tf.settings import keywords

__all__ = ["prepare", "reconstruct", "reconstruct_steps", "run_reconstruct"]


def prepare(image: np.ndarray, settings: ReconstructSettings, graph: Graph, layer: str) -> Reconstruct:
    """The recipe of a reconstruction, once it is sure that it can be made.

    Args:
        image: To be reconstructed, float32 `(height, width, 3)` in [0, 1], of the size in which it is.
        settings: How.
        graph: Of the network.
        layer: Name of the layer.

    Raises:
        InputError: The image would be too large for the memory, or the layer cannot be computed for it or gives
            nothing but 0.
    """
    height, width = image.shape[:2]
    check_memory(height, width, pictures=settings.restarts)
    network = reconstruct_network(graph, layer, settings)
    target = _target(network, image)
    field = receptive_field(graph, layer, height, width)
    return Reconstruct(network, settings, target, tf.constant([height, width]), field)


def _target(network: GraphLoop, image: np.ndarray) -> tf.Tensor:
    (layer,), (height, width) = network.layers, image.shape[:2]
    measure = tf.function(network.features, autograph=False)
    try:  # by shapes alone, since kernels fail in many ways
        measure = measure.get_concrete_function(tf.TensorSpec([1, height, width, 3]))
    except ValueError as error:
        raise InputError(_misfit(network, height, width)) from error
    if 0 in measure.structured_outputs[layer].shape:
        raise InputError(_misfit(network, height, width))
    target = measure(tf.constant(image[None]))[layer]
    if not tf.reduce_any(target != 0):
        raise InputError(f"{layer!r} gives nothing but 0 for this image of {width}x{height} pixels; "
                         "there is nothing to reconstruct it from")  # fmt: skip
    return target


def _misfit(network: GraphLoop, height: int, width: int) -> str:
    rows, columns = network.graph.model.inputs[0].shape[1:3]
    wanted = "a larger size is needed" if rows is None else f"the network is made for {columns}x{rows}"
    return f"{network.layers[0]!r} cannot be computed for an image of {width}x{height} pixels; {wanted}"


def _nearest(recipe: Reconstruct, original: np.ndarray, images: np.ndarray) -> Reconstruction:
    """The best image of the batch, and all of them."""
    errors = recipe.network.value(tf.constant(images), recipe.representation).numpy()
    return Reconstruction(images[errors.argmin()], None, None, recipe.network.layers[0], original, images, errors)


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


def run_reconstruct(
    image: Picture,
    layer: str | Sequence[str] | None,
    settings: ReconstructSettings,
    time_limit: float | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[Progress]:
    """As `reconstruct_steps`, with settings that were made before; goes on from a checkpoint, see `coarse_to_fine`."""
    clock = Clock(time_limit)
    graph = network_graph(settings.model, settings.preprocessing)
    layers, pixels = _named(layer, graph), _sized(image.pixels, graph, settings.size)
    recipes = [prepare(pixels, settings, graph, name) for name in layers]
    kept = [checkpoint] if isinstance(layer, str) else layer_checkpoints(checkpoint, len(layers))
    runs = [
        coarse_to_fine(recipe, clock, functools.partial(_nearest, recipe, pixels), one)
        for recipe, one in zip(recipes, kept, strict=True)
    ]
    begun = sum(one is not None for one in kept)
    return runs[0] if isinstance(layer, str) else strip_steps(runs, sum(settings.steps), clock, begun)


@keywords(PRESETS)
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
        image: A `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
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
    settings = PRESETS.choose(preset, **changes)
    yield from run_reconstruct(as_picture(image), layer, settings, time_limit)


@keywords(reconstruct_steps)
def reconstruct(
    image: Source,
    layer: str | Sequence[str] | None = None,
    *,
    callback: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Result:
    """Reconstructs an image from its features in one layer, or in each of several.

    Args:
        image: A `Picture`, `(height, width, 3)`, floats in [0, 1] or uint8, or a path.
        layer: Name of the layer, several, or `None` for all rectified maps; see `reconstruct_steps`.
        callback: Called with each `Progress`; without one, a notebook shows a bar and the picture as it grows.
        **options: As for `reconstruct_steps`.

    Returns:
        The picture: a `Reconstruction` with its `error` and `psnr`, or a `Strip` of them.

    Raises:
        InputError: The image, the network, a layer or a setting cannot be used.

    Example:
        >>> result = nst_tf.reconstruct("castle.jpg", "relu3_3")
        >>> decibels = result.picture.psnr
        >>> nst_tf.write_image("relu3_3.png", result.picture)
    """
    return last_result(reconstruct_steps(image, layer, **options), callback)
