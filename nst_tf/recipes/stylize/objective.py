"""The objective of a style transfer, made of images that have the sizes in which they are measured.

All of it is TensorFlow, so that an exported graph computes what the recipe does, to the bit: optimisation magnifies the
smallest difference.
"""

import functools
import operator
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from nst_tf.backbones import WEIGHTS
from nst_tf.objectives import Content, GramStyle, Objective, TotalVariation, WassersteinStyle, blend_moments
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["style_objective"]

STYLE_LOSSES = {"wasserstein": (WassersteinStyle, 2), "gram": (GramStyle, 4)}  # and the power of features in them
CONTENT_POWER = 2


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
    parts = {"content": _content(network, settings, content), "style": _style(network, settings, styles)}
    if settings.tv_weight:
        parts["total variation"] = TotalVariation() * settings.tv_weight
    return parts


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _unit(model: str) -> float:
    """How many times larger a network's features are than those of one whose input has a deviation of about 1."""
    return float(np.mean(WEIGHTS[model].scale) / np.mean(WEIGHTS["vgg16"].scale)) if model in WEIGHTS else 1.0


def _content(network: FeatureLoop, settings: StylizeSettings, image: tf.Tensor) -> Objective:
    features = network.observe(image)
    weight, terms = settings.content_weight / _unit(settings.model) ** CONTENT_POWER, []
    for layer, share in _shares(settings.content_layers).items():
        target = features[layer]
        halves = tf.cast(tf.size(target), tf.float64) / 2 if settings.content_loss == "sum" else 1
        terms.append(Content(layer, target) * (share * weight * halves))
    return functools.reduce(operator.add, terms)


def _style(network: FeatureLoop, settings: StylizeSettings, images: Sequence[tf.Tensor]) -> Objective:
    blend = settings.style_blend or [1.0] * len(images)
    measured = [network.moments(image) for image in images]
    loss, power = STYLE_LOSSES[settings.style_loss]
    weight, terms = settings.style_weight / _unit(settings.model) ** power, []
    for layer, share in _shares(settings.style_layers).items():
        moments = blend_moments([(mean[0], second[0]) for mean, second in (one[layer] for one in measured)], blend)
        terms.append(loss.of_moments(layer, *moments) * (share * weight))
    return functools.reduce(operator.add, terms)
