"""Any style in one forward pass: universal style transfer (Li et al. 2017) by optimal transport (Lu et al. 2019).

From coarse to fine, a picture's features are moved to the style's moments on one level, decoded to a picture, and
encoded again for the next level. Opposed to the papers, each finer level also moves a share of the content's own
features, so that its detail is not lost on the way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from nst_tf.objectives.moments import raw_moments
from nst_tf.one_pass.decoder import decode, level_of, levels_from
from nst_tf.one_pass.transport import Moments, transport

__all__ = ["SMALLEST", "Stylizer", "measure", "mix_moments", "stylise_in_passes"]

# From coarse to fine: each level with the share of the content's own features among those that are moved on it.
PASSES = {"relu4_1": 1.0, "relu3_1": 0.5, "relu2_1": 0.5, "relu1_1": 0.0}
CELL = 8  # pixels: the encoder's poolings halve the image three times
SMALLEST = 2 * CELL  # pixels: reflection needs two rows on the coarsest level


def mix_moments(parts: Sequence[Mapping[str, Moments]], shares: Sequence[float]) -> dict[str, Moments]:
    """The raw moments of a mixture of images, by level.

    Args:
        parts: Raw moments of each image, by level.
        shares: Of each image; only their ratios matter.
    """
    weights = [share / sum(shares) for share in shares]

    def mixed(*moments):
        return tf.add_n([weight * moment for weight, moment in zip(weights, moments, strict=True)])

    return {level: tuple(map(mixed, *(part[level] for part in parts))) for level in parts[0]}


def measure(features: tf.Tensor) -> Moments:
    """Raw moments in float32 of features of any type."""
    return raw_moments(tf.cast(features, tf.float32))


class _Mover:
    """Moves features to a style's moments, and remembers what moments they had.

    With `before`, those of the frame before, in the order in which this class remembers them, features are taken to
    have this mixture of moments: `memory` of the frame before, the rest of their own. So the map changes slowly.
    """

    def __init__(self, strength: tf.Tensor, before: Sequence[Moments] | None, memory: tf.Tensor | float):
        self.strength, self.memory = strength, memory
        self.before = None if before is None else iter(before)
        self.found: list[Moments] = []

    def __call__(self, features: tf.Tensor, style: Moments) -> tf.Tensor:
        moments = measure(features)
        if self.before is not None:
            pairs = zip(next(self.before), moments, strict=True)
            moments = tuple(self.memory * old + (1 - self.memory) * new for old, new in pairs)
        self.found.append(moments)
        return transport(features, moments, style, self.strength)


def stylise_in_passes(
    encoder: keras.Model,
    decoder: keras.Model,
    content: tf.Tensor,
    styles: Mapping[str, Moments],
    strength: tf.Tensor,
    before: Sequence[Moments] | None = None,
    memory: tf.Tensor | float = 0.0,
) -> tuple[list[tf.Tensor], list[Moments]]:
    """Stylises images on one level after the other.

    Args:
        encoder: From images to features of all levels from the decoder's on.
        decoder: One of `build_decoder`.
        content: `(batch, height, width, 3)` in [0, 1], sides multiples of 8.
        styles: Raw moments of the style, by level; of as many images or of one.
        strength: `(batch,)` in [0, 1]. At 0, the last picture is what the content's finest level is decoded to.
        before: What this function gave as moments for the frame before, in a film.
        memory: The share of `before` in the moments that this frame is taken to have.

    Returns:
        The pictures after each level, about [0, 1]; and the raw moments of what was moved. Gradients do not go from one
        level to the one before.
    """
    own, move, images = encoder(content), _Mover(strength, before, memory), []
    for level in levels_from(level_of(decoder)):
        features = own[level]
        if images:
            made = encoder(tf.stop_gradient(tf.clip_by_value(images[-1], 0, 1)))[level]
            share = tf.cast(strength * (1 - PASSES[level]), features.dtype)[:, None, None, None]
            features = share * made + (1 - share) * features
        images.append(decode(decoder, level, move(features, styles[level]))["image"])
    return images, move.found


def _padded(images: tf.Tensor) -> tf.Tensor:
    room = -tf.shape(images)[1:3] % CELL
    return tf.pad(images, [[0, 0], [0, room[0]], [0, room[1]], [0, 0]], mode="REFLECT")


@keras.saving.register_keras_serializable(package="nst_tf")
class Stylizer(keras.Model):
    """Gives images the style of others in one pass: `stylizer({"content": ..., "style": ..., "strength": ...})`.

    `content` is `(batch, height, width, 3)`, RGB in [0, 1], of any size from 16 px; `style` likewise, as many or one;
    `strength` is `(batch,)` in [0, 1]: 0 gives the content as the decoder reconstructs it, 1 all of the style. The
    output has the shape of `content` and is in [0, 1].

    Args:
        encoder: From images to features of all levels from the decoder's on, as `feature_extractor` makes it.
        decoder: One of `build_decoder`, trained.
        **kwargs: Of `keras.Model`.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs: Any):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    def moments(self, style: tf.Tensor) -> dict[str, Moments]:
        """Raw moments of style images `(batch, height, width, 3)` in [0, 1], by level."""
        return {level: measure(features) for level, features in self.encoder(style).items()}

    def stylise(
        self,
        content: tf.Tensor,
        styles: Mapping[str, Moments],
        strength: tf.Tensor,
        before: Sequence[Moments] | None = None,
        memory: tf.Tensor | float = 0.0,
    ) -> tuple[tf.Tensor, list[Moments]]:
        """As the call, with a style that was measured before; see `stylise_in_passes` for frames of a film."""
        images, found = stylise_in_passes(
            self.encoder, self.decoder, _padded(content), styles, strength, before, memory
        )
        size = tf.shape(content)
        return tf.clip_by_value(images[-1][:, : size[1], : size[2]], 0, 1), found

    def call(self, inputs: Any) -> Any:
        return self.stylise(inputs["content"], self.moments(inputs["style"]), inputs["strength"])[0]

    def get_config(self) -> dict[str, Any]:
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return super().get_config() | {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("encoder", "decoder")}
        return cls(**parts, **config)
