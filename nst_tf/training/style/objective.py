"""What a network of styles is trained to: the objective that `stylize` gives a single picture to the optimiser with.

    L = w_style L_style + w_content L_content + w_patch L_patch + w_tv L_tv

The style loss compares the features of a whole batch with the style, as if the crops were parts of one picture: a crop
of mere sky need not hold all that there is in a painting. The content's features are swapped with the style's, and each
place of a picture is to be like the place of the style that is nearest to it, as `stylize` has it.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import smallest_size
from nst_tf.images import fit, resize_image
from nst_tf.objectives import Content, Resemblance, TotalVariation, WassersteinStyle, raw_moments
from nst_tf.objectives.neighbours import Choices, swapped
from nst_tf.objectives.places import Places, places_of
from nst_tf.recipes.stylize.objective import PATCH_SIDE, paint_of, shares_of
from nst_tf.recipes.stylize.settings import StylizeSettings

__all__ = ["StyleObjective"]

POSITIONS = 32  # a side of a crop, of which neighbours are sought for the patch term: of finer layers, so many of all

NOT_SOUGHT = np.zeros([1, 1, 1, 1], np.int32)  # neighbours, until they are

Features = dict[str, tf.Tensor]


class _Joined:
    """Tensors of different lengths, one for each style, of which one is chosen in a graph."""

    def __init__(self, tensors: Sequence[tf.Tensor]):
        self._all = tf.concat(tensors, 0)
        self._ends = tf.constant(np.cumsum([0, *(len(one) for one in tensors)]), tf.int32)

    def __getitem__(self, style: tf.Tensor) -> tf.Tensor:
        return self._all[self._ends[style] : self._ends[style + 1]]


class StyleObjective:
    """The objective for each of some styles.

    Args:
        encoder: From images to the features of the layers of `settings`.
        styles: `(height, width, 3)` in [0, 1], of any sizes.
        settings: Weights, layers, and the size of the pictures that the styles are to be right for.
    """

    def __init__(self, encoder: keras.Model, styles: Sequence[np.ndarray], settings: StylizeSettings):
        self._settings = settings
        seen = [_features(encoder, style, settings) for style in styles]
        self._styles = {layer: _statistics(layer, [one[layer] for one in seen]) for layer in settings.style_layers}
        self._places = {
            layer: _Joined([_places(layer, one[layer], mean) for one, mean in zip(seen, statistics[0], strict=True)])
            for layer, statistics in self._styles.items()
        }
        self._choices = {layer: _choices([one[layer] for one in seen]) for layer in settings.content_layers}

    def __call__(self, style: tf.Tensor, images: tf.Tensor, features: Features, content: Features) -> Features:
        """Measures a batch of pictures.

        Args:
            style: Number of the style that they are to have, a scalar.
            images: The pictures, `(batch, height, width, 3)` in [0, 1].
            features: Theirs.
            content: Features of what they are to show.

        Returns:
            `loss`, and its parts `style`, `content`, `patches` and `variation`; scalars, float32.
        """
        settings = self._settings
        features, content = ({layer: tf.cast(maps, tf.float32) for layer, maps in one.items()}
                             for one in (features, content))  # fmt: skip
        paint = paint_of(settings)
        parts = {
            "style": paint * settings.style_weight * self._style(style, images, features),
            "content": settings.content_weight * self._content(style, images, features, content),
            "patches": paint * settings.patch_weight * self._patches(style, images, features),
            "variation": paint * settings.tv_weight * tf.reduce_mean(TotalVariation()(features, images)),
        }
        return {"loss": tf.add_n(list(parts.values())), **parts}

    def _style(self, style, images, features):
        total = 0.0
        for layer, share in shares_of(self._settings.style_layers).items():
            maps = features[layer]
            whole = tf.reshape(maps, [1, -1, tf.shape(maps)[2], maps.shape[-1]])
            objective = WassersteinStyle(layer, *(values[style] for values in self._styles[layer]))
            total += share * objective({layer: whole}, images)[0]
        return total

    def _content(self, style, images, features, content):
        total = 0.0
        for layer, share in shares_of(self._settings.content_layers).items():
            target = self._target(style, layer, content[layer])
            total += share * tf.reduce_mean(Content(layer, target)(features, images))
        return total

    def _target(self, style, layer, content):
        """The content's features, those of each image swapped with the style's."""
        keys, axes, patches = (values[style] for values in self._choices[layer])
        choices = Choices((Places(keys, axes, patches),), tf.ones(1))
        share = self._settings.strength * self._settings.swap
        return tf.map_fn(lambda maps: swapped(maps[None], choices, PATCH_SIDE, share)[0], content)

    def _patches(self, style, images, features):
        total = 0.0
        for layer in self._settings.style_layers:
            mean = self._styles[layer][0][style]
            some = {layer: _thinned(features[layer])}
            objective = Resemblance(layer, mean, self._places[layer][style][None, None], NOT_SOUGHT)
            total += tf.reduce_mean(objective.chosen(objective.choices(some))(some, images))
        return total / len(self._settings.style_layers)


def _thinned(maps: tf.Tensor) -> tf.Tensor:
    """Maps at an even grid of positions."""
    step = tf.maximum(1, tf.shape(maps)[1] // POSITIONS)
    return maps[:, step // 2 :: step, step // 2 :: step]


def _statistics(layer: str, maps: Sequence[tf.Tensor]) -> tuple[tf.Tensor, ...]:
    """Of each style, what the style loss is made of: mean, root and trace."""
    objectives = [WassersteinStyle.of_moments(layer, *(one[0] for one in raw_moments(style))) for style in maps]
    return tuple(tf.stack([getattr(one, name) for one in objectives]) for name in ("mean", "root", "trace"))


def _places(layer: str, maps: tf.Tensor, mean: tf.Tensor) -> tf.Tensor:
    """Of a style, the places that the patch term compares with."""
    return Resemblance.of_styles(layer, [maps], mean).style[0, 0]


def _choices(maps: Sequence[tf.Tensor]) -> tuple[_Joined, tf.Tensor, _Joined]:
    """Of each style, where neighbours are sought: the keys of its places, the axes, and the patches there."""
    places = [places_of([style], PATCH_SIDE) for style in maps]
    keys, patches = (_Joined([getattr(one, name) for one in places]) for name in ("keys", "patches"))
    return keys, tf.stack([one.axes for one in places]), patches


def _features(encoder: keras.Model, style: np.ndarray, settings: StylizeSettings) -> Features:
    """Of a style in the size in which it is measured."""
    short, long = sorted(style.shape[:2])
    side = max(round(settings.style_scale * settings.size), -(-smallest_size(encoder) * long // short))
    features = encoder(resize_image(style, fit(style.shape, side))[None])
    return {layer: tf.cast(maps, tf.float32) for layer, maps in features.items()}
