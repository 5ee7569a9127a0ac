"""The objective of a style transfer, made of images that have the sizes in which they are measured.

All of it is TensorFlow, so that an exported graph computes what the recipe does, to the bit: optimisation magnifies the
smallest difference.
"""

import functools
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS
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
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["style_objective"]

STYLE_LOSSES = {"wasserstein": (WassersteinStyle, 2), "gram": (GramStyle, 4)}  # and the power of features in them
CONTENT_POWER = 2
WINDOW = 3  # side of the patches of features that content and style are compared by


def style_objective(
    network: FeatureLoop, settings: StylizeSettings, content: tf.Tensor, styles: Sequence[tf.Tensor]
) -> dict[str, Objective]:
    """The parts of the objective; their sum is minimised.

    Args:
        network: With the features of all layers of both losses.
        settings: Whose weights may be tensors of float64.
        content: What to show, `(1, height, width, 3)` in [0, 1], of the canvas' size.
        styles: One or more, likewise, each of its own size.
    """
    seen, moments = _styles(network, settings, styles)
    parts = {"content": _content(network, settings, content, seen), "style": _style(settings, moments)}
    if settings.patch_weight:
        parts["patches"] = _patches(settings, moments, seen)
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


def _content(
    network: FeatureLoop, settings: StylizeSettings, image: tf.Tensor, styles: Sequence[Mapping[str, tf.Tensor]]
) -> Objective:
    features = network.observe(image)
    weight, terms = settings.content_weight / _unit(settings.model) ** CONTENT_POWER, []
    for layer, share in _shares(settings.content_layers).items():
        target = features[layer]
        if settings.swap:
            choices = choices_of([style[layer] for style in styles], WINDOW, settings.style_blend)
            target = swapped(target, choices, WINDOW, settings.strength * settings.swap)
        halves = tf.cast(tf.size(target), tf.float64) / 2 if settings.content_loss == "sum" else 1
        terms.append(Content(layer, target) * (share * weight * halves))
    return functools.reduce(operator.add, terms)


def _styles(
    network: FeatureLoop, settings: StylizeSettings, images: Sequence[tf.Tensor]
) -> tuple[Sequence[Mapping[str, tf.Tensor]], dict[str, tuple]]:
    """The features of each style, if they are looked at place by place, and the raw moments of the mixture by layer."""
    blend = settings.style_blend or [1.0] * len(images)
    seen = [network.observe(image) for image in images] if settings.swap or settings.patch_weight else []
    measured = [{layer: raw_moments(one[layer]) for layer in settings.style_layers} for one in seen]
    measured = measured or [network.moments(image) for image in images]
    moments = {
        layer: blend_moments([(mean[0], second[0]) for mean, second in (one[layer] for one in measured)], blend)
        for layer in settings.style_layers
    }
    return seen, moments


def _style(settings: StylizeSettings, moments: Mapping[str, tuple]) -> Objective:
    loss, power = STYLE_LOSSES[settings.style_loss]
    weight, terms = _paint(settings) * settings.style_weight / _unit(settings.model) ** power, []
    for layer, share in _shares(settings.style_layers).items():
        terms.append(loss.of_moments(layer, *moments[layer]) * (share * weight))
    return functools.reduce(operator.add, terms)


def _patches(
    settings: StylizeSettings, moments: Mapping[str, tuple], styles: Sequence[Mapping[str, tf.Tensor]]
) -> Objective:
    weight = _paint(settings) * settings.patch_weight / len(moments)
    terms = [Resemblance.of_styles(layer, [one[layer] for one in styles], mean) * weight
             for layer, (mean, _) in moments.items()]  # fmt: skip
    return functools.reduce(operator.add, terms)
