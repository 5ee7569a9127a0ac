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
)
from nst_tf.objectives.neighbours import choices_of_samples, step_of, swapped
from nst_tf.one_pass.areas import Area
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.stylize.settings import StylizeSettings
from nst_tf.views.view import Study, View, view

__all__ = ["APART", "PATCH_SIDE", "paint_of", "shares_of", "style_objective"]

STYLE_LOSSES = {"wasserstein": (WassersteinStyle, 2), "gram": (GramStyle, 4)}  # and the power of features in them
CONTENT_POWER = 2
PATCH_SIDE = 3  # side of the patches of features that content and style are compared by
APART = step_of(PATCH_SIDE)  # positions from one of them to the next


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
    shown = view(network, content, settings.tile)
    seen = [_see(network, settings, area, shown.sizes) for area in areas]
    parts = {"content": _content(network, settings, shown, seen), "style": _style(settings, seen)}
    if settings.patch_weight:
        parts["patches"] = _patches(settings, seen)
    if settings.tv_weight:
        parts["total variation"] = TotalVariation() * (paint_of(settings) * settings.tv_weight)
    return parts


def paint_of(settings: StylizeSettings) -> Any:
    """What all but the content counts at this strength: b (2 - b), from 0 to 1.

    It rises first, so that over most of the range a lower strength keeps more of the content's own features, and does
    not paint them less well.
    """
    return settings.strength * (2 - settings.strength)


def shares_of(weights: Mapping[str, float]) -> dict[str, float]:
    """The share of each layer, 1 in all, by weights of which only the ratios matter."""
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _unit(model: str) -> float:
    """How many times larger a network's features are than those of one whose input has a deviation of about 1."""
    return float(np.mean(WEIGHTS[model].scale) / np.mean(WEIGHTS["vgg16"].scale)) if model in WEIGHTS else 1.0


class _Seen(NamedTuple):
    """What the network sees of an area.

    Attributes:
        area: As it is measured.
        styles: What is known of each style, if they are looked at place by place.
        moments: By layer, the raw moments of the mixture of styles.
        weights: By layer, those of the positions of the canvas.
    """

    area: Area
    styles: Sequence[Study]
    moments: Mapping[str, tuple]
    weights: Mapping[str, tf.Tensor | None]

    @property
    def count(self) -> Any:
        """What its losses count: the share of the canvas that it has, so that a place counts the same in each area."""
        return 1 if self.area.mask is None else tf.reduce_mean(tf.cast(self.area.mask, tf.float64))


def _weights(network: FeatureLoop, mask: tf.Tensor | None, sizes: Mapping[str, tf.Tensor]) -> dict:
    guides = {layer: network.guide(mask, layer, size) for layer, size in sizes.items()}
    return {layer: None if guide is None else weights_of(guide) for layer, guide in guides.items()}


def _study(network: FeatureLoop, settings: StylizeSettings, style: tf.Tensor, part: tf.Tensor | None) -> Study:
    """What is known of a style, of which a part counts."""
    seen = view(network, style, settings.tile)
    sides = [(layer, PATCH_SIDE) for layer in settings.content_layers if settings.swap]
    sides += [(layer, 1) for layer in settings.style_layers if settings.patch_weight]
    return seen.study(_weights(network, part, seen.sizes), sides)


def _see(network: FeatureLoop, settings: StylizeSettings, area: Area, sizes: Mapping[str, tf.Tensor]) -> _Seen:
    styles, measured = [], []
    if settings.swap or settings.patch_weight or area.style_masks or settings.tile:
        styles = [_study(network, settings, *both) for both in zip(area.styles, area.parts, strict=True)]
        measured = [style.moments for style in styles]
    measured = measured or [network.moments(style) for style in area.styles]
    blend = area.shares or [1.0] * len(area.styles)
    moments = {
        layer: blend_moments([(mean[0], second[0]) for mean, second in (one[layer] for one in measured)], blend)
        for layer in settings.style_layers
    }
    return _Seen(area, styles, moments, _weights(network, area.mask, sizes))


def _content(network: FeatureLoop, settings: StylizeSettings, shown: View, seen: Sequence[_Seen]) -> Objective:
    weight, terms = settings.content_weight / _unit(settings.model) ** CONTENT_POWER, []
    features = shown.maps(tuple(settings.content_layers), network.kept)
    for layer, share in shares_of(settings.content_layers).items():
        maps = features.pop(layer)  # which are large: only those of one layer are needed in full
        target = _target(settings, layer, maps, seen) if settings.swap else maps
        halves = tf.cast(tf.size(target), tf.float64) / 2 if settings.content_loss == "sum" else 1
        terms.append(Content(layer, target) * (share * weight * halves))
    return functools.reduce(operator.add, terms)


def _target(settings: StylizeSettings, layer: str, maps: tf.Tensor, seen: Sequence[_Seen]) -> tf.Tensor:
    """The content's features, in each area swapped with its own styles'."""
    target = maps
    for one in seen:
        choices = choices_of_samples([style.sample(layer, PATCH_SIDE) for style in one.styles], one.area.shares)
        share, mask = settings.strength * settings.swap, one.area.mask
        if mask is not None:
            share = tf.cast(share, tf.float32) * mask_at(mask, tf.shape(maps)[1:3])
        there = swapped(maps, choices, PATCH_SIDE, share, one.weights[layer])
        target = there if len(seen) == 1 else target + (there - maps)
    return target


def _style(settings: StylizeSettings, seen: Sequence[_Seen]) -> Objective:
    loss, power = STYLE_LOSSES[settings.style_loss]
    weight, terms = paint_of(settings) * settings.style_weight / _unit(settings.model) ** power, []
    for one in seen:
        for layer, share in shares_of(settings.style_layers).items():
            of_layer = loss.of_moments(layer, *one.moments[layer], one.weights[layer])
            terms.append(of_layer * (share * weight * one.count))
    return functools.reduce(operator.add, terms)


def _patches(settings: StylizeSettings, seen: Sequence[_Seen]) -> Objective:
    weight, terms = paint_of(settings) * settings.patch_weight / len(settings.style_layers), []
    for one in seen:
        for layer, (mean, _) in one.moments.items():
            places = [style.patches(layer, 1) for style in one.styles]
            terms.append(Resemblance.of_places(layer, places, mean, one.weights[layer]) * (weight * one.count))
    return functools.reduce(operator.add, terms)
