"""Any style in one forward pass: universal style transfer (Li et al. 2017) by optimal transport (Lu et al. 2019).

The content is encoded once. Its features are moved to the style's moments on the coarsest level, decoded to the next
finer one, moved to the style's moments there, and so on down to the image.
"""

from collections.abc import Mapping

import keras
import tensorflow as tf

from nst_tf.fast.decoder import level_of, levels_from
from nst_tf.fast.transport import Moments, transport
from nst_tf.objectives.moments import raw_moments

__all__ = ["Stylizer", "decode_stylised", "mix_moments"]

CELL = 8  # pixels: the encoder's poolings halve the image three times


def mix_moments(some: Mapping[str, Moments], others: Mapping[str, Moments], share) -> dict[str, Moments]:
    """`share` of the one moments and the rest of the others, level by level: those of a mixture of the images."""
    return {
        level: tuple(share * a + (1 - share) * b for a, b in zip(some[level], others[level], strict=True))
        for level in some
    }


def measure(features: tf.Tensor) -> Moments:
    """Raw moments in float32 of features of any type."""
    return raw_moments(tf.cast(features, tf.float32))


def decode_stylised(
    decoder: keras.Model,
    features: tf.Tensor,
    styles: Mapping[str, Moments],
    strength: tf.Tensor,
    before: Mapping[str, Moments] | None = None,
    memory: tf.Tensor | float = 0.0,
) -> tuple[tf.Tensor, dict[str, Moments]]:
    """Decodes features, moved to the style's moments on every level.

    Args:
        decoder: One of `build_decoder`.
        features: Of the content, on the decoder's level.
        styles: Raw moments of the style, by level; of as many images or of one.
        strength: `(batch,)` in [0, 1].
        before: Raw moments of the frame before, by level, as this function gave them.
        memory: The share of `before` in what this frame is taken to have, so that the map changes slowly.

    Returns:
        Images `(batch, height, width, 3)`, about [0, 1], and the raw moments of what was moved, by level.
    """
    found, x = {}, features
    for level in levels_from(level_of(decoder)):
        found[level] = measure(x)
        if before is not None:
            found |= mix_moments({level: before[level]}, found, memory)
        x = decoder.get_layer(level)(transport(x, found[level], styles[level], strength))
    return x, found


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

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs):
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
        before: Mapping[str, Moments] | None = None,
        memory: tf.Tensor | float = 0.0,
    ) -> tuple[tf.Tensor, dict[str, Moments]]:
        """As the call, with a style that was measured before; see `decode_stylised` for frames of a film."""
        features = self.encoder(_padded(content))[level_of(self.decoder)]
        images, found = decode_stylised(self.decoder, features, styles, strength, before, memory)
        size = tf.shape(content)
        return tf.clip_by_value(images[:, : size[1], : size[2]], 0, 1), found

    def call(self, inputs):
        return self.stylise(inputs["content"], self.moments(inputs["style"]), inputs["strength"])[0]

    def get_config(self):
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return super().get_config() | {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("encoder", "decoder")}
        return cls(**parts, **config)
