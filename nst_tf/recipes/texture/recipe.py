"""Texture synthesis: pictures, of any size, with the features of others but not their arrangement.

After Gatys, Ecker and Bethge, "Texture Synthesis Using Convolutional Neural Networks" (arXiv 1505.07376): from noise,
an image is optimised until the second moments of its features over all positions are the source's. We go from coarse to
fine, so that large structures find their place before small ones are drawn.

The preset `gatys` differs from the paper in its network (VGG16), in the bounds of pixels while they are optimised
(those of an image, not the source's, whose histogram is matched in the end), and in filters that the images of the
rescaling hardly excite (see `rescale`).
"""

import functools
import operator
from collections.abc import Sequence

import tensorflow as tf

from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.canvas.masks import mask_at, weights_of
from nst_tf.canvas.sizes import fit, measured_size, scale_sizes, scale_steps
from nst_tf.objectives import GramStyle, Objective, TotalVariation, WassersteinStyle, blend_moments
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.recipe import Recipe, at_size
from nst_tf.recipes.texture.histogram import match_histogram
from nst_tf.recipes.texture.network import stride
from nst_tf.recipes.texture.settings import TextureSettings
from nst_tf.views.view import view

__all__ = ["Texture", "final_size"]

LOSSES = {"wasserstein": WassersteinStyle, "gram": GramStyle}


def final_size(network: FeatureLoop, settings: TextureSettings, source: tf.Tensor) -> tf.Tensor:
    """Height and width of the texture, `(2,)`; of one that is tileable, the nearest that the network takes for a torus.

    Args:
        network: For these settings.
        settings: How to make it.
        source: The first one, `(height, width, 3)`.
    """
    given = isinstance(settings.size, Sequence)
    size = tf.constant(settings.size) if given else fit(tf.shape(source)[:2], settings.size)
    return _tiling(size, network) if settings.tileable else size


def _tiling(size: tf.Tensor, network: FeatureLoop) -> tf.Tensor:
    step = stride(network)
    return tf.maximum(step, step * tf.cast(tf.round(size / step), tf.int32))


class Texture(Recipe):
    """One texture.

    Args:
        network: For these settings, see `texture_network`.
        settings: How to make it.
        sources: One or more, `(height, width, 3)` in [0, 1].
        masks: Which part of each counts, `(1, height, width, 1)` in [0, 1]; `None` for all of it, `()` for all of each.
    """

    def __init__(
        self,
        network: FeatureLoop,
        settings: TextureSettings,
        sources: Sequence[tf.Tensor],
        masks: Sequence[tf.Tensor | None] = (),
    ):
        self.network, self.settings, self.sources = network, settings, sources
        self.masks = masks or [None] * len(sources)
        self.shares = settings.source_blend or (1.0,) * len(sources)
        self.size = final_size(network, settings, sources[0])
        self.sizes = self._sizes()
        self.steps = scale_steps(settings.steps, tf.shape(self.sizes)[0])
        self.tile = settings.tile
        self.parts = ("texture", *(["total variation"] if settings.tv_weight else []))

    def _sizes(self) -> tf.Tensor:
        longest = tf.reduce_max(self.size)
        seen = tf.reduce_max([self._seen(source, longest) for source in self.sources])
        first = tf.round(self.settings.first_size * tf.cast(longest, tf.float64) / seen)
        first = tf.clip_by_value(tf.cast(first, tf.int32), 1, longest)
        sizes = scale_sizes(self.size, longest, first, self.settings.growth, self.network.least)
        if not self.settings.tileable:
            return sizes
        sizes = tf.concat([_tiling(sizes[:-1], self.network), self.size[None]], axis=0)
        new = tf.reduce_any(sizes[1:] != sizes[:-1], axis=1)  # two scales may be rounded to one
        return tf.boolean_mask(sizes, tf.concat([[True], new], axis=0))

    def _seen(self, source: tf.Tensor, longest: tf.Tensor) -> tf.Tensor:
        """The longest side of a source on a scale of this longest side, in float64."""
        final = tf.reduce_max(self.size)
        own = tf.cast(tf.minimum(tf.reduce_max(tf.shape(source)), final), tf.float64) * self.settings.source_scale
        return own * tf.cast(longest, tf.float64) / tf.cast(final, tf.float64)

    def source_size(self, source: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """The size in which a source is measured for a canvas of this size."""
        return measured_size(tf.shape(source)[:2], self._seen(source, tf.reduce_max(size)), self.network.least)

    def start(self) -> tf.Tensor:
        """Noise."""
        return noise(*tf.unstack(self.sizes[0]), self.settings.seed)

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size."""
        loss, terms = LOSSES[self.settings.texture_loss], []
        measured = [self._moments(*one, size) for one in zip(self.sources, self.masks, strict=True)]
        for layer in self.network.extractor.output_names:
            moments = blend_moments([(mean[0], second[0]) for mean, second in (one[layer] for one in measured)],
                                    self.shares)  # fmt: skip
            terms.append(self.settings.layers[layer] * loss.of_moments(layer, *moments))
        parts = {"texture": functools.reduce(operator.add, terms)}
        if self.settings.tv_weight:
            parts["total variation"] = self.settings.tv_weight * TotalVariation(self.settings.tileable)
        return parts

    def _moments(self, source: tf.Tensor, mask: tf.Tensor | None, size: tf.Tensor) -> dict[str, tuple]:
        own = self.source_size(source, size)
        image = at_size(lanczos, source[None], own)
        if mask is None and not self.tile:
            return self.network.moments(image)
        seen = view(self.network, image, self.tile)
        weights = dict.fromkeys(seen.sizes)
        if mask is not None:
            mask = mask_at(mask, own)
            weights = {layer: weights_of(self.network.guide(mask, layer, rows)) for layer, rows in seen.sizes.items()}
        return dict(seen.study(weights).moments)

    def enlarge(self, canvas: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """A canvas brought to another size; one that repeats is interpolated across its border."""
        if not self.settings.tileable:
            return super().enlarge(canvas, size)
        height, width = tf.unstack(size)
        return enlarge(tf.tile(canvas, [1, 3, 3, 1]), 3 * height, 3 * width)[:, height:-height, width:-width]

    def picture(self, canvas: tf.Tensor) -> tf.Tensor:
        """The canvas at full size, with the sources' colours."""
        pixels = super().picture(canvas)[0]
        if self.settings.match_histogram:
            pixels = match_histogram(pixels, self.sources, self.shares, self.masks)
        return (_cut_where_smooth(pixels) if self.settings.tileable else pixels)[None]


def _cut_where_smooth(pixels: tf.Tensor) -> tf.Tensor:
    """Rolls a picture that repeats so that its border lies between the rows and the columns that differ least."""
    for axis in (0, 1):
        steps = tf.abs(pixels - tf.roll(pixels, 1, axis))
        differences = tf.reduce_mean(tf.cast(steps, tf.float64), axis=(1 - axis, 2))
        pixels = tf.roll(pixels, -tf.argmin(differences, output_type=tf.int32), axis)
    return pixels
