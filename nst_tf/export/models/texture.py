"""`texture`: texture synthesis as a signature."""

import tensorflow as tf

from nst_tf.backbones import smallest_size
from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.export.origin import origin
from nst_tf.export.servable import Servable
from nst_tf.export.signature.histogram import match_histogram
from nst_tf.export.signature.items import Values
from nst_tf.export.signature.picture_signatures import (
    ONE,
    SEED,
    picture_signatures,
    size_input,
    size_problem,
    steps_input,
)
from nst_tf.export.signature.pictures import fit_longest
from nst_tf.export.signature.scales import coarse_to_fine, scale_sizes
from nst_tf.export.signature.weights import Stored
from nst_tf.recipes.texture.engine import TextureEngine, new_texture_engine
from nst_tf.recipes.texture.recipe import texture_objective
from nst_tf.recipes.texture.settings import PRESETS

__all__ = ["texture"]

DEFAULT = PRESETS["default"]
CONTROLS = [size_input(256, 1024), steps_input(DEFAULT.steps, 200), SEED]


class _Texture:
    """A texture in tensors; see `nst_tf.recipes.texture.recipe.Texture`."""

    parts = ("texture",)
    plateau = DEFAULT.plateau

    def __init__(self, engine: TextureEngine, least: int, source: tf.Tensor, longest: tf.Tensor):
        self.engine, self.least, self.loop, self.features = engine, least, engine.loop, engine.extractor
        self.source, self.own, self.longest = source, tf.shape(source)[:2], longest

    def seen(self, longest: tf.Tensor) -> tf.Tensor:
        """The longest side of the source on a scale of this longest side, in float64."""
        own = tf.cast(tf.minimum(tf.reduce_max(self.own), self.longest), tf.float64)
        return own * tf.cast(longest, tf.float64) / tf.cast(self.longest, tf.float64)

    def sizes(self) -> tf.Tensor:
        """Height and width of each scale."""
        first = DEFAULT.first_size * tf.cast(self.longest, tf.float64) / self.seen(self.longest)
        first = tf.clip_by_value(tf.cast(tf.round(first), tf.int32), 1, self.longest)
        final = fit_longest(self.own, self.longest)
        return scale_sizes(final, self.longest, first, DEFAULT.growth, self.least)

    def begin(self, canvas, size, evaluations):
        return self.loop.optimizer.start(enlarge(canvas, size[0], size[1]))

    def objective(self, size):
        short, long = (tf.cast(side, tf.float64) for side in (tf.reduce_min(self.own), tf.reduce_max(self.own)))
        side = tf.maximum(tf.round(self.seen(tf.reduce_max(size))), tf.math.ceil(self.least * long / short))
        height, width = tf.unstack(fit_longest(self.own, side))
        measured = self.engine.measure(lanczos(self.source[None], height, width)[0])
        return texture_objective(self.engine, DEFAULT, [measured], [1.0])


class _Weaver:
    """The network of textures, on its stored weights."""

    def __init__(self):
        self.engine = new_texture_engine(DEFAULT)
        self.stored, self.least = Stored([self.engine.extractor]), smallest_size(self.engine.extractor)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of a size that the network cannot look at."""
        return size_problem(tf.shape(values["image"])[:2], values["size"], self.least)

    def run(self, values: Values) -> Values:
        """The picture and its loss."""
        with self.stored.scope():
            texture = _Texture(self.engine, self.least, values["image"], values["size"])
            sizes = texture.sizes()
            height, width = tf.unstack(sizes[0])
            made = coarse_to_fine(texture, noise(height, width, values["seed"]), sizes, values["steps"])
        picture = match_histogram(made.canvas[0], values["image"])
        return {"picture": picture, "loss": made.loss, "evaluations": made.evaluations}


def texture() -> Servable:
    """Texture synthesis as a servable, with the preset `default`."""
    weaver = _Weaver()
    outputs = {"loss": "what was minimised", "evaluations": "how many were made"}
    example = {"size": [64], "steps": [[1]]}
    signatures = picture_signatures(
        {"image": "whose texture it takes"}, CONTROLS, weaver.check, weaver.run, outputs, example
    )
    summary = "Makes a picture with the texture of an image, from noise."
    return Servable("texture", summary, origin("vgg16"), signatures, weaver.stored.variables, [ONE])
