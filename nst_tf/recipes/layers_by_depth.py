"""Layers for networks that have none of the names that presets are made of, such as networks of one's own.

Before each halving of the maps the last rectified ones are taken: of VGG these would be relu1_2, relu2_2, relu3_3 and
so on, close to those that the presets name.
"""

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import tensorflow as tf

from nst_tf.backbones import WEIGHTS
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.recipes.feature_loop import network_graph
from nst_tf.settings import Presets

__all__ = ["by_depth", "deepest", "finest", "fit_layers", "levels", "middle"]

VGG = tuple(name for name in WEIGHTS if name.startswith("vgg"))  # all of which have the presets' names
SIDE = 224  # of an image for a network that takes any
LEAST_ROWS = 4  # fewer are of no maps, but of a branch that looks at the image as a whole
HALVED = 0.6  # or less: a convolution without padding takes off some rows, too

Pick = Callable[[Sequence[str], int], Sequence[str]]

_log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=4)
def levels(graph: Graph) -> tuple[str, ...]:
    """The last rectified maps before each halving, and the last of all, from the finest to the coarsest.

    Args:
        graph: Of the network.

    Raises:
        InputError: It has no feature maps.
    """
    height, width = (side or SIDE for side in graph.model.inputs[0].shape[1:3])
    maps = graph.features(tf.zeros([1, height, width, 3]), graph.maps)
    rows = {name: maps[name].shape[1] for name in graph.maps if maps[name].shape[1] >= LEAST_ROWS}
    if not rows:
        raise InputError(f"{graph.model.name} has no feature maps that layers could be chosen of")
    chosen, largest = [], next(iter(rows.values()))
    for name, count in rows.items():
        if count > largest:  # a decoder, or another branch
            continue
        if not chosen or count <= HALVED * largest:
            chosen.append(name)
            largest = count
        chosen[-1] = name
    return tuple(chosen)


def finest(names: Sequence[str], count: int) -> Sequence[str]:
    """The finest levels."""
    return names[:count]


def middle(names: Sequence[str], count: int) -> Sequence[str]:
    """The levels from the middle on."""
    return names[len(names) // 2 :][:count]


def deepest(names: Sequence[str], count: int) -> Sequence[str]:
    """The coarsest levels."""
    return names[-count:]


def fit_layers(settings: Any, presets: Presets, **picks: Pick) -> Any:
    """The settings, with layers chosen by depth where they have those of a preset and the network has not.

    Args:
        settings: Of a recipe, with `model` and `preprocessing`.
        presets: Of the recipe.
        **picks: For each setting that holds weights of layers, which of the `levels` it takes; they get the preset's
            weights in this order.

    Raises:
        InputError: The network cannot be opened, or has no feature maps.
    """
    fitted = {}
    for name, pick in picks.items():
        layers = getattr(settings, name)
        if layers in [getattr(one, name) for one in presets.values()]:
            names = by_depth(settings.model, settings.preprocessing, tuple(layers), pick)
            fitted[name] = dict(zip(names, layers.values(), strict=False))
    changed = {name: layers for name, layers in fitted.items() if layers != getattr(settings, name)}
    if changed:
        told = " ".join(f"--{name.replace('_', '-')} {_text(layers)}" for name, layers in changed.items())
        _say(f"layers of {settings.model} were chosen by depth; to choose others: {told}")
    return replace(settings, **changed)


def by_depth(model: str, preprocessing: str | None, layers: Sequence[str], pick: Pick) -> Sequence[str]:
    """The layers if the network has them, else as many of its `levels`, as far as there are so many.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Their names in VGG.
        pick: Which of the levels.

    Raises:
        InputError: The network cannot be opened, or has no feature maps.
    """
    if model in VGG:
        return layers
    graph = network_graph(model, preprocessing)
    return layers if set(layers) <= set(graph.names) else pick(levels(graph), len(layers))


@functools.lru_cache
def _say(text: str) -> None:
    """Once for all pictures of a process."""
    _log.info("%s", text)


def _text(layers: dict[str, float]) -> str:
    return ",".join(f"{name}={weight:g}" for name, weight in layers.items())
