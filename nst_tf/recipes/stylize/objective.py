"""The objective of a style transfer, made of images that have the sizes in which they are measured.

All of it is TensorFlow, so that an exported graph computes what the recipe does, to the bit: optimisation magnifies the
smallest difference.
"""

import functools
import operator
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS
from nst_tf.canvas.masks import mask_at, weights_of
from nst_tf.objectives import (
    Content,
    GramStyle,
    Objective,
    Resemblance,
    TotalVariation,
    WassersteinStyle,
    blend_moments,
    raw_moments,
)
from nst_tf.objectives.neighbours import choices_of, swapped
from nst_tf.one_pass.areas import Area
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["style_objective"]

STYLE_LOSSES = {"wasserstein": (WassersteinStyle, 2), "gram": (GramStyle, 4)}  # and the power of features in them
CONTENT_POWER = 2
WINDOW = 3  # side of the patches of features that content and style are compared by


def style_objective(
    network: FeatureLoop, settings: StylizeSettings, content: tf.Tensor, areas: Sequence[Area]
) -> dict[str, Objective]:
    """The parts of the objective; their sum is minimised.

    Args:
        network: With the features of all layers of both losses.
        settings: Whose weights may be tensors of float64.
        content: What to show, `(1, height, width, 3)` in [0, 1], of the canvas' size.
        areas: What is painted in which styles: masks of the canvas' size, styles each of its own.
    """
    features = network.observe(content)
    seen = [_see(network, settings, area, features) for area in areas]
    parts = {"content": _content(settings, features, seen), "style": _style(settings, seen)}
    if settings.patch_weight:
        parts["patches"] = _patches(settings, seen)
    if settings.tv_weight:
        parts["total variation"] = TotalVariation() * (_paint(settings) * settings.tv_weight)
    return parts


def _paint(settings: StylizeSettings) -> Any:
    """What all but the content counts at this strength: b (2 - b), from 0 to 1.

    It rises first, so that over most of the range a lower strength keeps more of the content's own features, and does
    not paint them less well.
    """
    return settings.strength * (2 - settings.strength)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _unit(model: str) -> float:
    """How many times larger a network's features are than those of one whose input has a deviation of about 1."""
    return float(np.mean(WEIGHTS[model].scale) / np.mean(WEIGHTS["vgg16"].scale)) if model in WEIGHTS else 1.0


class _Seen(NamedTuple):
    """What the network sees of an area.

    Attributes:
        area: As it is measured.
        styles: The features of each style, if they are looked at place by place.
        parts: By layer, the weights of the positions of each style; `None` where all count alike.
        moments: By layer, the raw moments of the mixture of styles.
        weights: By layer, those of the positions of the canvas.
    """

    area: Area
    styles: Sequence[Mapping[str, tf.Tensor]]
    parts: Mapping[str, Sequence[tf.Tensor | None]]
    moments: Mapping[str, tuple]
    weights: Mapping[str, tf.Tensor | None]

    @property
    def count(self) -> Any:
        """What its losses count: the share of the canvas that it has, so that a place counts the same in each area."""
        return 1 if self.area.mask is None else tf.reduce_mean(tf.cast(self.area.mask, tf.float64))


def _weights(network: FeatureLoop, mask: tf.Tensor | None, layer: str, maps: tf.Tensor) -> tf.Tensor | None:
    guide = network.guide(mask, layer, maps)
    return None if guide is None else weights_of(guide)


def _see(network: FeatureLoop, settings: StylizeSettings, area: Area, content: Mapping[str, tf.Tensor]) -> _Seen:
    by_place = settings.swap or settings.patch_weight or area.style_masks
    styles = [network.observe(style) for style in area.styles] if by_place else []
    parts = {
        layer: [_weights(network, part, layer, one[layer]) for part, one in zip(area.parts, styles, strict=False)]
        for layer in content
    }
    measured = [
        {layer: raw_moments(one[layer], parts[layer][number]) for layer in settings.style_layers}
        for number, one in enumerate(styles)
    ]
    measured = measured or [network.moments(style) for style in area.styles]
    blend = area.shares or [1.0] * len(area.styles)
    moments = {
        layer: blend_moments([(mean[0], second[0]) for mean, second in (one[layer] for one in measured)], blend)
        for layer in settings.style_layers
    }
    weights = {layer: _weights(network, area.mask, layer, maps) for layer, maps in content.items()}
    return _Seen(area, styles, parts, moments, weights)


def _content(settings: StylizeSettings, features: Mapping[str, tf.Tensor], seen: Sequence[_Seen]) -> Objective:
    weight, terms = settings.content_weight / _unit(settings.model) ** CONTENT_POWER, []
    for layer, share in _shares(settings.content_layers).items():
        target = _target(settings, layer, features[layer], seen) if settings.swap else features[layer]
        halves = tf.cast(tf.size(target), tf.float64) / 2 if settings.content_loss == "sum" else 1
        terms.append(Content(layer, target) * (share * weight * halves))
    return functools.reduce(operator.add, terms)


def _target(settings: StylizeSettings, layer: str, maps: tf.Tensor, seen: Sequence[_Seen]) -> tf.Tensor:
    """The content's features, in each area swapped with its own styles'."""
    target = maps
    for one in seen:
        choices = choices_of([style[layer] for style in one.styles], WINDOW, one.area.shares, one.parts[layer])
        share, mask = settings.strength * settings.swap, one.area.mask
        if mask is not None:
            share = tf.cast(share, tf.float32) * mask_at(mask, tf.shape(maps)[1:3])
        there = swapped(maps, choices, WINDOW, share, one.weights[layer])
        target = there if len(seen) == 1 else target + (there - maps)
    return target


def _style(settings: StylizeSettings, seen: Sequence[_Seen]) -> Objective:
    loss, power = STYLE_LOSSES[settings.style_loss]
    weight, terms = _paint(settings) * settings.style_weight / _unit(settings.model) ** power, []
    for one in seen:
        for layer, share in _shares(settings.style_layers).items():
            of_layer = loss.of_moments(layer, *one.moments[layer], one.weights[layer])
            terms.append(of_layer * (share * weight * one.count))
    return functools.reduce(operator.add, terms)


def _patches(settings: StylizeSettings, seen: Sequence[_Seen]) -> Objective:
    weight, terms = _paint(settings) * settings.patch_weight / len(settings.style_layers), []
    for one in seen:
        for layer, (mean, _) in one.moments.items():
            styles, weights = [style[layer] for style in one.styles], one.weights[layer]
            terms.append(Resemblance.of_styles(layer, styles, mean, one.parts[layer], weights) * (weight * one.count))
    return functools.reduce(operator.add, terms)
