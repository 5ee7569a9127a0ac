"""What decoders are trained to: to invert the encoder, and to give a transferred style as it is."""

from collections.abc import Mapping

import keras
import tensorflow as tf

from nst_tf.objectives import Resemblance, raw_moments
from nst_tf.objectives.neighbours import swapped
from nst_tf.objectives.places import salience
from nst_tf.one_pass.decoder import decode, levels_from, normalised_error
from nst_tf.one_pass.study import PATCH_SIDES, Study
from nst_tf.one_pass.stylizer import Stylizer, stylise_in_passes
from nst_tf.one_pass.transport import Moments, transport

__all__ = ["MEASURED", "PATCHES", "STRUCTURE", "reconstruction_loss", "stylisation_loss"]

MEASURED = tuple(f"relu{block}_1" for block in range(1, 6))
PIXELS = 600.0  # of the squared error of pixels, for one of the normalised squared error of features
STRUCTURE = 0.5  # of the distance to the content's own features, swapped and moved, for one of that to the style
PATCHES = 1.0  # of the places that are like none of the style, for one of the distance to the style

FAINT = 1e-3  # variance of features that a style without any is taken to have

Features = Mapping[str, tf.Tensor]


def reconstruction_loss(decoder: keras.Model, level: str, images: tf.Tensor, features: Features) -> tf.Tensor:
    """How far images and features are from what the features of each level are decoded to.

    Args:
        decoder: One of `build_decoder`.
        level: Its level.
        images: `(batch, height, width, 3)` in [0, 1], sides multiples of 8.
        features: Theirs, of all levels from `level` on.
    """
    total = tf.constant(0.0)
    for start in levels_from(level):
        outputs = decode(decoder, start, features[start])
        total += PIXELS * tf.reduce_mean(tf.math.squared_difference(outputs.pop("image"), images))
        total += sum(normalised_error(output, features[finer], finer) for finer, output in outputs.items())
    return total


def stylisation_loss(stylizer: Stylizer, images: tf.Tensor, styles: tf.Tensor) -> dict[str, tf.Tensor]:
    """How far stylised images are from the style, and from the content as the style would have it.

    After each level of the stylisation, on each layer of `MEASURED`, and in units of the style's variance: the squared
    2-Wasserstein distance to the style's features, which is the mean square of the way that optimal transport moves the
    image's features (and has the same gradient if the map is held fixed); and the squared distance from the content's
    features, swapped for their neighbours as in the stylisation, and moved to the style. Of the last picture also, on
    the decoder's levels, how little each place is like that of the style which is nearest to it (see `Resemblance`).

    Args:
        stylizer: Of the decoder, with an encoder to the features of `MEASURED`.
        images: To be stylised, `(batch, height, width, 3)` in [0, 1], sides multiples of 16.
        styles: As many, likewise.

    Returns:
        `style`, `structure` and `patches`, means over the levels, the layers and the batch.
    """
    found = tf.map_fn(lambda pair: _measured(stylizer, *(one[None] for one in pair)), (images, styles),
                      fn_output_signature=dict.fromkeys(("style", "structure", "patches"), tf.float32))  # fmt: skip
    return {name: tf.reduce_mean(values) for name, values in found.items()}


def _measured(stylizer: Stylizer, image: tf.Tensor, style: tf.Tensor) -> dict[str, tf.Tensor]:
    """The losses of one image, stylised once."""
    encoder, decoder, strength = stylizer.encoder, stylizer.decoder, tf.ones([1])
    content, known = encoder(image), {layer: tf.cast(maps, tf.float32) for layer, maps in encoder(style).items()}
    study, moments = stylizer.study([style]), {layer: raw_moments(known[layer]) for layer in MEASURED}
    aims = {layer: _moved(_swapped(layer, content[layer], study), moments[layer], strength) for layer in MEASURED}
    near = [Resemblance.of_styles(level, [known[level]], moments[level][0][0]) for level in study]
    pairs = []
    for painted in stylise_in_passes(encoder, decoder, content, [study], strength):
        # Clipped as the picture will be, with a gradient that does not vanish where it is.
        made = encoder(painted + tf.stop_gradient(tf.clip_by_value(painted, 0, 1) - painted))
        pairs += [_distances(made[layer], aims[layer], moments[layer], strength) for layer in MEASURED]
    # Only of the last picture: to look for neighbours takes as long as to encode it.
    made = {level: tf.cast(made[level], tf.float32) for level in study}
    patches = [one.renewed(made)(made, image)[0] for one in near]
    way, apart = (tf.add_n(values) / len(pairs) for values in zip(*pairs, strict=True))
    return {"style": way, "structure": apart, "patches": tf.add_n(patches) / len(patches)}


def _swapped(layer: str, features: tf.Tensor, study: Study) -> tf.Tensor:
    """Features as they are decoded: those of their neighbours, on levels where these are sought."""
    choices = study[layer].choices if layer in study else None
    return features if choices is None else swapped(features, choices, PATCH_SIDES[layer], salience(features))


def _moved(features: tf.Tensor, style: Moments, strength: tf.Tensor) -> tf.Tensor:
    features = tf.cast(features, tf.float32)
    return tf.stop_gradient(transport(features, raw_moments(features), style, strength))


def _distances(made: tf.Tensor, aim: tf.Tensor, style: Moments, strength: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    made, (mean, second) = tf.cast(made, tf.float32), style
    variance = (tf.linalg.trace(second) - tf.reduce_sum(tf.square(mean), 1)) / made.shape[-1]
    scale = 1 / (variance[:, None, None, None] + FAINT)
    others = _moved(made, style, strength), aim
    return tuple(tf.reduce_mean(scale * tf.math.squared_difference(made, other)) for other in others)
