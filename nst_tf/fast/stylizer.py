"""Any style in one forward pass: universal style transfer (Li et al. 2017) by optimal transport (Lu et al. 2019).

The content is encoded once. Its features are moved to the style's moments on the coarsest level, decoded to the next
finer one, mixed with the content's own features of that level, moved to the style's moments there, and so on down to
the image.
"""

from collections.abc import Mapping, Sequence

import keras
import tensorflow as tf

from nst_tf.fast.decoder import level_of, levels_from
from nst_tf.fast.transport import RIDGE, Moments, transport
from nst_tf.objectives.moments import raw_moments

__all__ = ["SMALLEST", "Stylizer", "decode_stylised", "measure", "mix_moments"]

# On its way down, what was decoded gets this share of the content's own features, moved to the style: its detail.
KEPT = {"relu3_1": 0.3, "relu2_1": 0.2, "relu1_1": 0.0}
# What was decoded lacks some of the spread that features have, and shall not be stretched to noise; see `monge_map`.
DECODED_RIDGE = 1e-2
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

    def __call__(self, features: tf.Tensor, style: Moments, ridge: float = RIDGE) -> tf.Tensor:
        moments = measure(features)
        if self.before is not None:
            pairs = zip(next(self.before), moments, strict=True)
            moments = tuple(self.memory * old + (1 - self.memory) * new for old, new in pairs)
        self.found.append(moments)
        return transport(features, moments, style, self.strength, ridge)


def decode_stylised(
    decoder: keras.Model,
    features: Mapping[str, tf.Tensor],
    styles: Mapping[str, Moments],
    strength: tf.Tensor,
    before: Sequence[Moments] | None = None,
    memory: tf.Tensor | float = 0.0,
) -> tuple[tf.Tensor, list[Moments]]:
    """Decodes features, moved to the style's moments on every level.

    Args:
        decoder: One of `build_decoder`.
        features: Of the content, by level from the decoder's on.
        styles: Raw moments of the style, by level; of as many images or of one.
        strength: `(batch,)` in [0, 1].
        before: What this function gave as moments for the frame before, in a film.
        memory: The share of `before` in the moments that this frame is taken to have.

    Returns:
        Images `(batch, height, width, 3)`, about [0, 1], and the raw moments of all that was moved.
    """
    move, x = _Mover(strength, before, memory), None
    for level in levels_from(level_of(decoder)):
        share = 1.0 if x is None else KEPT[level]
        own = move(features[level], styles[level]) if share else None
        if x is None:
            x = own
        else:
            x = move(x if own is None else (1 - share) * x + share * own, styles[level], DECODED_RIDGE)
        x = decoder.get_layer(level)(x)
    return x, move.found


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
        before: Sequence[Moments] | None = None,
        memory: tf.Tensor | float = 0.0,
    ) -> tuple[tf.Tensor, list[Moments]]:
        """As the call, with a style that was measured before; see `decode_stylised` for frames of a film."""
        features = self.encoder(_padded(content))
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
