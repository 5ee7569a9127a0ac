"""`texture`: texture synthesis as a signature."""

import tensorflow as tf

from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import Servable, origin
from nst_tf.export.signature.batches import Values
from nst_tf.export.signature.inputs import Input
from nst_tf.export.signature.picture_signatures import ONE, picture_signatures, served_settings, size_problem
from nst_tf.export.signature.weights import Stored
from nst_tf.recipes.graph_driver import make_in_graph
from nst_tf.recipes.texture.network import texture_network
from nst_tf.recipes.texture.recipe import Texture
from nst_tf.recipes.texture.settings import PRESETS

__all__ = ["texture"]

# What is served must not depend on the machine that exported it.
DEFAULT, MODEL = PRESETS.choose(precision="float32"), MODELS["texture"]


class _Weaver:
    """The network of textures, on its stored weights."""

    def __init__(self):
        self.network = texture_network(DEFAULT, anew=True)
        self.stored = Stored([self.network.extractor])

    def check(self, values: Values) -> tf.Tensor:
        """The problem of a size that the network cannot look at."""
        return size_problem(tf.shape(values["image"])[:2], values["size"], self.network.least)

    def run(self, values: Values) -> Values:
        """The picture and its loss."""
        with self.stored.scope():
            settings = served_settings(DEFAULT, MODEL.controls, values)
            recipe = Texture(self.network, settings, [values["image"]])
            made = make_in_graph(recipe)
        return {"picture": recipe.picture(made.canvas)[0], "loss": made.loss, "evaluations": made.evaluations}


def texture() -> Servable:
    """Texture synthesis as a servable, with the preset `default`."""
    weaver = _Weaver()
    outputs = {"loss": "what was minimised", "evaluations": "how many were made"}
    controls, example = [Input.of(one) for one in MODEL.controls], {"size": [64], "steps": [[1]]}
    signatures = picture_signatures(MODEL.images, controls, weaver.check, weaver.run, outputs, example)
    summary = "Makes a picture with the texture of an image, from noise."
    return Servable("texture", summary, origin("vgg16"), signatures, weaver.stored.variables, [ONE])
