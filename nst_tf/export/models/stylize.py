"""`stylize`: the optimisation itself as a signature, from images to the finished picture."""

from dataclasses import replace

import tensorflow as tf

from nst_tf.backbones import smallest_size
from nst_tf.canvas import enlarge, lanczos, noise
from nst_tf.export.origin import origin
from nst_tf.export.servable import Servable
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
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
from nst_tf.recipes.stylize.engine import Engine, new_engine
from nst_tf.recipes.stylize.objective import style_objective
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["stylize"]

LARGEST_STYLE = 1536  # pixels on its longest side
DEFAULT = PRESETS["default"]
CONTROLS = [
    size_input(DEFAULT.size, 1024),
    Input("strength", tf.float32, "weight of the style loss", (), DEFAULT.style_weight, 0, 100),
    Input("content_weight", tf.float32, "weight of the content loss", (), DEFAULT.content_weight, 0, 100),
    Input("style_scale", tf.float32, "size of the style relative to the picture; more makes larger strokes", (),
          DEFAULT.style_scale, 0.125, 4),
    steps_input(DEFAULT.steps, 200),
    Input("init", tf.string, "what to start from", (), DEFAULT.init, choices=("content", "noise")),
    SEED,
]  # fmt: skip
LOSSES = {"content": "content_loss", "style": "style_loss", "total variation": "tv_loss"}


class _Transfer:
    """A style transfer in tensors; see `nst_tf.recipes.stylize.recipe.Transfer`."""

    parts = tuple(LOSSES)
    plateau = DEFAULT.plateau

    def __init__(self, engine: Engine, least: int, values: Values):
        self.engine, self.least, self.loop, self.features = engine, least, engine.loop, engine.extractor
        self.content, self.style = values["content"][None], values["style"][None]
        self.style_scale = values["style_scale"]
        weights = {"content_weight": values["content_weight"], "style_weight": values["strength"]}
        self.settings = replace(DEFAULT, **{name: tf.cast(one, tf.float64) for name, one in weights.items()})

    def begin(self, canvas, size, evaluations):
        return self.loop.optimizer.start(enlarge(canvas, size[0], size[1]))

    def objective(self, size):
        side = style_side(tf.shape(self.style)[1:3], self.style_scale, tf.reduce_max(size), self.least)
        height, width = tf.unstack(fit_longest(tf.shape(self.style)[1:3], side))
        content = lanczos(self.content, size[0], size[1])
        return style_objective(self.engine, self.settings, content, [lanczos(self.style, height, width)])

    def start(self, init: tf.Tensor, size: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """The canvas that the first scale, of this height and width, starts from."""
        height, width = tf.unstack(size)
        return tf.cond(
            init == "noise", lambda: noise(height, width, seed), lambda: lanczos(self.content, height, width)
        )


def style_side(own: tf.Tensor, style_scale: tf.Tensor, longest: tf.Tensor, least: int) -> tf.Tensor:
    """The longest side with which a style of this height and width is measured, for a canvas of this longest side."""
    short, long = (tf.cast(side, tf.float64) for side in (tf.reduce_min(own), tf.reduce_max(own)))
    wanted = tf.round(tf.cast(style_scale, tf.float64) * tf.cast(longest, tf.float64))
    return tf.cast(tf.maximum(wanted, tf.math.ceil(least * long / short)), tf.int32)


class _Stylizer:
    """The network of style transfers, on its stored weights."""

    def __init__(self):
        self.engine = new_engine(DEFAULT)
        self.stored, self.least = Stored([self.engine.extractor]), smallest_size(self.engine.extractor)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of sizes that the network cannot look at."""
        own, size = tf.shape(values["content"])[:2], values["size"]
        side = style_side(tf.shape(values["style"])[:2], values["style_scale"], size, self.least)
        large = problem_if(side > LARGEST_STYLE, "the style would be measured at ", side,
                           f" pixels; at most {LARGEST_STYLE} are possible, with a smaller style_scale")  # fmt: skip
        return first_problem([size_problem(own, size, self.least), large])

    def run(self, values: Values) -> Values:
        """The picture and its losses."""
        own = tf.shape(values["content"])[:2]
        sizes = scale_sizes(own, values["size"], DEFAULT.first_size, DEFAULT.growth, self.least)
        with self.stored.scope():
            transfer = _Transfer(self.engine, self.least, values)
            canvas = transfer.start(values["init"], sizes[0], values["seed"])
            made = coarse_to_fine(transfer, canvas, sizes, values["steps"])
        losses = {LOSSES[name]: loss for name, loss in made.losses.items()}
        return {"picture": made.canvas[0], "loss": made.loss} | losses | {"evaluations": made.evaluations}


def stylize() -> Servable:
    """Style transfer by optimisation as a servable, with the preset `default`."""
    stylizer = _Stylizer()
    images = {"content": "what the picture shows", "style": "whose style it takes"}
    outputs = {"loss": "what was minimised", "content_loss": "its part of the content", "style_loss": "of the style",
               "tv_loss": "of the total variation", "evaluations": "how many were made"}  # fmt: skip
    example = {"size": [64], "steps": [[1]]}
    signatures = picture_signatures(images, CONTROLS, stylizer.check, stylizer.run, outputs, example)
    summary = "Paints a photograph in the style of another image, by optimising it coarse to fine with L-BFGS."
    return Servable("stylize", summary, origin("vgg16"), signatures, stylizer.stored.variables, [ONE])
