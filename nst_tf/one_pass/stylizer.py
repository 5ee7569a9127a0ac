"""Any style in one pass: nearest neighbours of features, then optimal transport, decoded to a picture.

On each level, from coarse to fine, a picture's features are replaced by those of the style that they are most like
(Kolkin et al. 2022, see `nst_tf.objectives.neighbours`), moved to the style's moments (universal style transfer of Li
et al. 2017, by the transport of Lu et al. 2019), decoded to a picture, and encoded again for the next level. All of it
is done on one size after the other, from 64 pixels on: large shapes are laid down where they are few places apart.
Opposed to the papers, each step but the first also looks at a share of the content's own features, so that its detail
is not lost on the way, and places where there is little to see are swapped less, so that a clear sky stays clear.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.canvas import lanczos
from nst_tf.canvas.masks import mask_at, weights_of
from nst_tf.canvas.sizes import measured_size, scale_sizes
from nst_tf.objectives.moments import exact_moments
from nst_tf.objectives.neighbours import swapped
from nst_tf.objectives.places import salience
from nst_tf.one_pass.areas import Area, areas_at
from nst_tf.one_pass.decoder import decode, level_of, levels_from
from nst_tf.one_pass.settings import FastSettings
from nst_tf.one_pass.study import PATCH_SIDES, Lens, LevelOfStyle, Study, study_of
from nst_tf.one_pass.transport import transport
from nst_tf.views.view import View

__all__ = ["SMALLEST", "Stylizer", "mixed", "padded", "paint_each", "style_size", "stylise_in_passes"]

# Share of the content's own features in those that are looked at. On the finest level a little brings back much of what
# the content shows, and costs little style; on the others it takes the more of both.
CONTENT = {"relu4_1": 0.45, "relu3_1": 0.45, "relu2_1": 0.45, "relu1_1": 0.15}
FIRST, GROWTH = 64, 2.0  # longest side of the coarsest size in pixels, and how much larger each is than the one before
CELL = 8  # pixels: the encoder's poolings halve the image three times
SMALLEST = 2 * CELL  # pixels: reflection needs two rows on the coarsest level


def stylise_in_passes(
    encoder: Callable[[tf.Tensor], Mapping[str, tf.Tensor]],
    decoder: keras.Model,
    own: Mapping[str, tf.Tensor],
    styles: Sequence[Study],
    strength: tf.Tensor,
    *,
    masks: Sequence[tf.Tensor | None] = (None,),
    swapping: tf.Tensor | float = 1.0,
    picture: tf.Tensor | None = None,
) -> list[tf.Tensor]:
    """Stylises images of one size on one level after the other.

    Args:
        encoder: From images to features of all levels from the decoder's on.
        decoder: One of `build_decoder`.
        own: The content's features, as the encoder gives them, of an image whose sides are multiples of 8; a batch of
            one if features are swapped.
        styles: What is known of that of each area, by level from coarse to fine, all of the same levels; moments of as
            many images or of one.
        strength: `(batch,)` in [0, 1]. At 0, the last picture is what the content's finest level is decoded to.
        masks: Where each area is, `(1, height, width, 1)` in [0, 1], of the images' size; `None` for everywhere.
        swapping: How much of the features is replaced by those of their neighbours, in [0, 1], at full strength.
        picture: What was painted so far, `(batch, height, width, 3)` in [0, 1]; nothing if `None`.

    Returns:
        The pictures after each level, about [0, 1]. Gradients do not go from one level to the one before.
    """
    images = []
    for level in styles[0]:
        features = own[level]
        if picture is not None:
            made = encoder(tf.stop_gradient(tf.clip_by_value(picture, 0, 1)))[level]
            features = mixed(level, features, made, strength)
        total = features
        for study, mask in zip(styles, masks, strict=True):
            moved = _moved(features, level, study[level], strength, swapping, mask)
            total = moved if mask is None else total + _at_level(mask, features) * (moved - features)
        picture = decode(decoder, level, total)["image"]
        images.append(picture)
    return images


def mixed(level: str, own: tf.Tensor, made: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
    """What is looked at on a level: what was painted before, and a share of the content's own features.

    Args:
        level: Its name.
        own: The content's features.
        made: Those of what was painted.
        strength: See `stylise_in_passes`.
    """
    share = tf.cast(strength * (1 - CONTENT[level]), own.dtype)[:, None, None, None]
    return share * made + (1 - share) * own


def _at_level(mask: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """A mask of an image in the size of its features."""
    return tf.cast(mask_at(mask, tf.shape(features)[1:3]), features.dtype)


def _moved(
    features: tf.Tensor,
    level: str,
    known: LevelOfStyle,
    strength: tf.Tensor,
    swapping: tf.Tensor | float,
    mask: tf.Tensor | None,
) -> tf.Tensor:
    """Features swapped with a style's and moved to its moments, by what they are where the mask is."""
    weights = None if mask is None else weights_of(_at_level(mask, features))
    if known.choices is not None:
        share = strength * swapping * salience(features, weights)
        features = swapped(features, known.choices, PATCH_SIDES[level], share, weights)
    return transport(features, exact_moments(level, features, weights), known.moments, strength)


def padded(images: tf.Tensor) -> tf.Tensor:
    """Images whose sides are multiples of 8 pixels, mirrored below and at the right."""
    down, across = (-side % CELL for side in _sides(images))
    return tf.pad(images, [[0, 0], [0, down], [0, across], [0, 0]], mode="REFLECT")


def _sides(images: tf.Tensor) -> Sequence[Any]:
    """Height and width, as numbers where they are known."""
    known = images.shape[1:3]
    return known.as_list() if known.is_fully_defined() else tf.unstack(tf.shape(images)[1:3])


def _at(image: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    return lanczos(image, *tf.unstack(size))


def style_size(style: tf.Tensor, size: tf.Tensor, scale: tf.Tensor | float) -> tf.Tensor:
    """The size in which a style is measured for a picture of a size.

    Args:
        style: `(1, height, width, 3)`.
        size: Height and width of the picture, `(2,)`.
        scale: Of the style's longest side to the picture's.
    """
    longest = tf.cast(scale, tf.float64) * tf.cast(tf.reduce_max(size), tf.float64)
    return measured_size(tf.shape(style)[1:3], longest, SMALLEST)


def paint_each(inputs: Mapping[str, tf.Tensor], paint: Callable[..., tf.Tensor]) -> tf.Tensor:
    """The pictures of a batch, one painted after the other.

    Args:
        inputs: As a `Stylizer` is called with.
        paint: From a content, a style, strength, swapping and the scale of the style to a picture, as
            `Stylizer.stylise`.
    """
    content, style = inputs["content"], inputs["style"]
    count, sides = tf.shape(content)[0], [tf.reduce_max(tf.shape(one)[1:3]) for one in (style, content)]
    scale = tf.divide(*(tf.cast(side, tf.float64) for side in sides))
    given = {"swap": tf.fill(tf.shape(inputs["strength"]), FastSettings.swap), **inputs}
    given = {name: tf.repeat(one, count // tf.shape(one)[0], axis=0) for name, one in given.items()}

    def painted(one):
        one = {name: value[None] for name, value in one.items()}
        return paint(*(one[name] for name in ("content", "style", "strength", "swap")), scale)[0]

    return tf.reshape(tf.map_fn(painted, given, fn_output_signature=content.dtype), tf.shape(content))


@keras.saving.register_keras_serializable(package="nst_tf")
class Stylizer(keras.Model):
    """Gives images the style of others in one pass: `stylizer({"content": ..., "style": ..., "strength": ...})`.

    `content` is `(batch, height, width, 3)`, RGB in [0, 1], of any size from 16 px; `style` likewise, as many or one;
    `strength` is `(batch,)` in [0, 1]: 0 gives the content, 1 all of the style. `swap`, `(batch,)` in [0, 1] and 0.6 if
    it is not given, is how much of the features is replaced by those of their neighbours in the style. The output has
    the shape of `content` and is in [0, 1].

    Args:
        encoder: From images to features of all levels from the decoder's on, as `feature_extractor` makes it.
        decoder: One of `build_decoder`, trained.
        **kwargs: Of `keras.Model`.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs: Any):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    @property
    def precision(self) -> str:
        """What its encoder computes with, `"float32"` or `"bfloat16"`."""
        return Graph(self.encoder).precision

    def stages(self, last: bool) -> list[tuple[str, ...]]:
        """The levels that a picture is painted on, one stage after the other.

        Args:
            last: Whether this is for the last size, on which the coarsest level is left out: it takes half of the time,
                and its forms were laid down on the size before.
        """
        levels = levels_from(level_of(self.decoder))
        stages = [levels[:1], levels[1:]] if levels[1:] else [levels]
        return stages[-1:] if last else stages

    def study(
        self,
        styles: Sequence[tf.Tensor],
        levels: Sequence[str] | None = None,
        shares: Sequence[float | tf.Tensor] = (),
        swapping: bool = True,
        parts: Sequence[tf.Tensor | None] = (),
    ) -> Study:
        """What has to be known of a style, by level.

        Args:
            styles: One or several images, `(1, height, width, 3)` in [0, 1].
            levels: Some of the decoder's, from coarse to fine; all by default.
            shares: How much of each is wanted at every place; without them, each place has its neighbour in the style
                where that is most like it, and all styles count alike in the moments.
            swapping: Whether features are to be swapped at all.
            parts: Which part of each style counts, `(1, height, width, 1)` in [0, 1], of its size; `None` for all.
        """
        levels = levels or levels_from(level_of(self.decoder))
        lens = Lens(self.encoder, levels)
        sides = PATCH_SIDES if swapping else {}
        return study_of([View(lens, one) for one in styles], levels, shares, sides, parts)

    def paint(
        self,
        content: tf.Tensor,
        picture: tf.Tensor,
        styles: Sequence[Study],
        strength: tf.Tensor,
        swapping: tf.Tensor | float = 1.0,
        masks: Sequence[tf.Tensor | None] = (None,),
    ) -> tf.Tensor:
        """Paints an image in one stage of one size.

        Args:
            content: `(1, height, width, 3)` in [0, 1].
            picture: What was painted before, likewise, of any size; first of all, the content.
            styles: What `study` found of that of each area, in a size that fits.
            strength: `(1,)` in [0, 1].
            swapping: See `stylise_in_passes`.
            masks: Where each area is, likewise, of the content's size.

        Returns:
            The picture, of the content's size, in [0, 1].
        """
        height, width = _sides(content)
        whole, seen = padded(content), padded(lanczos(picture, height, width))
        lens = Lens(self.encoder, levels_from(level_of(self.decoder)))
        own = lens.observe(whole)
        masks = [None if mask is None else padded(mask) for mask in masks]
        images = stylise_in_passes(
            lens.observe, self.decoder, own, styles, strength, masks=masks, swapping=swapping, picture=seen
        )
        finest = lens.levels[-1]
        lost = whole - decode(self.decoder, finest, own[finest])["image"]
        made = images[-1] + (1 - strength)[:, None, None, None] * lost
        return tf.clip_by_value(made[:, :height, :width], 0, 1)

    def sizes(self, size: tf.Tensor) -> tf.Tensor:
        """Height and width on which a picture of this size is painted one after the other, `(sizes, 2)`, at least 2."""
        sizes = scale_sizes(size, tf.reduce_max(size), FIRST, GROWTH, SMALLEST)
        return tf.repeat(sizes, 1 + tf.cast(tf.equal(tf.shape(sizes)[:1], 1), tf.int32), axis=0)

    def paint_on_sizes(self, content: tf.Tensor, sizes: Sequence[Any], paint: Callable[..., tf.Tensor]) -> tf.Tensor:
        """Paints an image on sizes that are known before, as `stylise` does on those that are not.

        Args:
            content: `(1, height, width, 3)` in [0, 1].
            sizes: Height and width of each, numbers, as `sizes` gives them.
            paint: From the content in one of the sizes, what was painted before, levels and the size to the picture.

        Returns:
            The picture, of the last size, in [0, 1].
        """
        picture = None
        for number, size in enumerate(sizes):
            here = lanczos(content, *size)
            picture = here if picture is None else picture
            for levels in self.stages(number == len(sizes) - 1):
                picture = paint(here, picture, levels, size)
        return picture

    def stylise(
        self,
        content: tf.Tensor,
        areas: Sequence[Area],
        strength: tf.Tensor,
        swapping: tf.Tensor | float = 1.0,
        style_scale: tf.Tensor | float = 1.0,
    ) -> tf.Tensor:
        """Paints an image on all sizes, each as large as the one before by the same factor, up to its own.

        Args:
            content: `(1, height, width, 3)` in [0, 1].
            areas: What is painted in which styles, those of any size.
            strength: `(1,)` in [0, 1].
            swapping: See `stylise_in_passes`.
            style_scale: How much longer the longest side of a style is than that of the picture where it is measured.

        Returns:
            The picture, of the content's size, in [0, 1].
        """
        sizes = self.sizes(tf.shape(content)[1:3])
        before = tf.shape(sizes)[0] - 1
        *coarse, fine = self.stages(False)

        def step(number, picture):
            size = sizes[number]
            here, around = _at(content, size), areas_at(areas, size, lambda style: style_size(style, size, style_scale))
            masks = [area.mask for area in around]

            def painted(levels, picture):
                studies = [self.study(area.styles, levels, area.shares, parts=area.style_masks) for area in around]
                return self.paint(here, picture, studies, strength, swapping, masks)

            for levels in coarse:
                painting, nothing = functools.partial(painted, levels, picture), functools.partial(tf.identity, picture)
                picture = tf.cond(number < before, painting, nothing)
            return number + 1, painted(fine, picture)

        start, shapes = (
            (tf.constant(0), _at(content, sizes[0])),
            (tf.TensorShape([]), tf.TensorShape([1, None, None, 3])),
        )
        return tf.while_loop(lambda number, _: number <= before, step, start, shapes, parallel_iterations=1)[1]

    def call(self, inputs: Any) -> Any:
        def paint(content, style, *numbers):
            return self.stylise(content, [Area([style])], *numbers)

        return paint_each(inputs, paint)

    def get_config(self) -> dict[str, Any]:
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return super().get_config() | {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("encoder", "decoder")}
        return cls(**parts, **config)
