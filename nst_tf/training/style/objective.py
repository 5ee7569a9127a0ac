"""What a network of styles is trained to: the objective that `stylize` gives a single picture to the optimiser with.

    L = w_style L_style + w_content L_content + w_tv L_tv

The style loss compares the features of a whole batch with the style, as if the crops were parts of one picture: a crop
of mere sky need not hold all that there is in a painting.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import smallest_size
from nst_tf.images import fit, resize_image
from nst_tf.objectives import Content, TotalVariation, WassersteinStyle, raw_moments
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["StyleObjective"]

Features = dict[str, tf.Tensor]


class StyleObjective:
    """The objective for each of some styles.

    Args:
        encoder: From images to the features of the layers of `settings`.
        styles: `(height, width, 3)` in [0, 1], of any sizes.
        settings: Weights, layers, and the size of the pictures that the styles are to be right for.
    """

    def __init__(self, encoder: keras.Model, styles: Sequence[np.ndarray], settings: StylizeSettings):
        self._settings = settings
        moments = [_moments(encoder, style, settings) for style in styles]
        self._styles = {
            layer: _stacked([WassersteinStyle.of_moments(layer, *one[layer]) for one in moments])
            for layer in settings.style_layers
        }

    def __call__(self, style: tf.Tensor, images: tf.Tensor, features: Features, content: Features) -> Features:
        """Measures a batch of pictures.

        Args:
            style: Number of the style that they are to have, a scalar.
            images: The pictures, `(batch, height, width, 3)` in [0, 1].
            features: Theirs.
            content: Features of what they are to show.

        Returns:
            `loss`, and its parts `style`, `content` and `variation`; scalars, float32.
        """
        settings = self._settings
        parts = {
            "style": settings.style_weight * self._style(style, images, features),
            "content": settings.content_weight * self._content(images, features, content),
            "variation": settings.tv_weight * tf.reduce_mean(TotalVariation()(features, images)),
        }
        return {"loss": tf.add_n(list(parts.values())), **parts}

    def _style(self, style, images, features):
        total = 0.0
        for layer, share in _shares(self._settings.style_layers).items():
            maps = tf.cast(features[layer], tf.float32)
            whole = tf.reshape(maps, [1, -1, tf.shape(maps)[2], maps.shape[-1]])
            objective = WassersteinStyle(layer, *(values[style] for values in self._styles[layer]))
            total += share * objective({layer: whole}, images)[0]
        return total

    def _content(self, images, features, content):
        total = 0.0
        for layer, share in _shares(self._settings.content_layers).items():
            maps, target = (tf.cast(one[layer], tf.float32) for one in (features, content))
            total += share * tf.reduce_mean(Content(layer, target)({layer: maps}, images))
        return total


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def _stacked(objectives: Sequence[WassersteinStyle]) -> tuple[tf.Tensor, ...]:
    return tuple(tf.stack([getattr(one, name) for one in objectives]) for name in ("mean", "root", "trace"))


def _moments(encoder: keras.Model, style: np.ndarray, settings: StylizeSettings) -> dict:
    short, long = sorted(style.shape[:2])
    side = max(round(settings.style_scale * settings.size), -(-smallest_size(encoder) * long // short))
    features = encoder(resize_image(style, fit(style.shape, side))[None])
    found = {}
    for layer in settings.style_layers:
        mean, second = raw_moments(tf.cast(features[layer], tf.float32))
        found[layer] = mean[0].numpy(), second[0].numpy()
    return found
