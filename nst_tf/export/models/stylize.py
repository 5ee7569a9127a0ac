"""`stylize`: the optimisation itself as a signature, from images to the finished picture."""

import tensorflow as tf

from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import DECODERS, Servable, origin
from nst_tf.export.signature.batches import Values
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.masks import mask_of
from nst_tf.export.signature.picture_signatures import ONE, picture_signatures, served_settings, size_problem
from nst_tf.export.signature.weights import Stored
from nst_tf.one_pass.areas import Area
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.recipes.feature_loop import FeatureLoop
from nst_tf.recipes.graph_driver import make_in_graph
from nst_tf.recipes.stylize.recipe import Stylize, style_network
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["stylize"]

LARGEST_STYLE = 1536  # pixels on its longest side
# What is served must not depend on the machine that exported it.
DEFAULT, MODEL = PRESETS.choose(precision="float32"), MODELS["stylize"]
LOSSES = {
    "content": "content_loss",
    "style": "style_loss",
    "patches": "patch_loss",
    "total variation": "tv_loss",
}


class _Stylizer:
    """The network of style transfers, on its stored weights."""

    def __init__(self):
        self.network, self.painter = style_network(DEFAULT, anew=True), load_stylizer()
        self.stored = Stored([self.network.extractor, self.painter])

    def _recipe(self, values: Values) -> Stylize:
        settings = served_settings(DEFAULT, MODEL.controls, values)
        content, style = values["content"][None], values["style"][None]
        mask = mask_of(values, tf.shape(content)[1:3]) if "mask" in values else None
        # A loop of its own for each graph: what it compiles belongs to that.
        network = FeatureLoop(self.network.extractor, self.network.loop.optimizer)
        return Stylize(network, settings, content, [Area([style], mask=mask)], self.painter.stylise)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of sizes that the network cannot look at."""
        recipe = self._recipe(values)
        side = tf.reduce_max(recipe.style_size(values["style"][None], values["size"]))
        large = problem_if(side > LARGEST_STYLE, "the style would be measured at ", side,
                           f" pixels; at most {LARGEST_STYLE} are possible, with a smaller style_scale")  # fmt: skip
        small = size_problem(tf.shape(values["content"])[:2], values["size"], self.network.least)
        return first_problem([small, large])

    def run(self, values: Values) -> Values:
        """The picture and its losses."""
        with self.stored.scope():
            recipe = self._recipe(values)
            made = make_in_graph(recipe)
        losses = {LOSSES[name]: loss for name, loss in made.losses.items()}
        found = {"picture": recipe.picture(made.canvas)[0], "loss": made.loss}
        return found | losses | {"evaluations": made.evaluations}


def stylize() -> Servable:
    """Style transfer by optimisation as a servable, with the preset `default`."""
    stylizer = _Stylizer()
    outputs = {
        "loss": "what was minimised",
        "content_loss": "its part of the content",
        "style_loss": "of the style",
        "patch_loss": "of the nearest neighbours",
        "tv_loss": "of the total variation",
        "evaluations": "how many were made",
    }
    controls, example = [Input.of(one) for one in MODEL.controls], {"size": [64], "steps": [[1]]}
    signatures = picture_signatures(MODEL.images, controls, stylizer.check, stylizer.run, outputs, example, MODEL.mask)
    summary = "Paints a photograph in the style of another image, by optimising it coarse to fine with L-BFGS."
    weights = [*origin("vgg16"), DECODERS]
    return Servable("stylize", summary, weights, signatures, stylizer.stored.variables, [ONE])
