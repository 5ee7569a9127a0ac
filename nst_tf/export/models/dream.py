"""`dream`: DeepDream as a signature, octave by octave."""

from collections.abc import Sequence
from dataclasses import replace

import tensorflow as tf

from nst_tf.backbones import feature_extractor
from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import Servable, origin
from nst_tf.export.signature.batches import Values
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.picture_signatures import ONE, picture_signatures, served_settings
from nst_tf.export.signature.weights import Stored
from nst_tf.recipes.dream.recipe import Dream, dream_network, octave_sizes
from nst_tf.recipes.dream.settings import PRESETS, DreamSettings
from nst_tf.recipes.graph_driver import make_in_graph
from nst_tf.recipes.layers_by_depth import by_depth, deepest

__all__ = ["dream"]

# What is served must not depend on the machine that exported it.
DEFAULT, MODEL = PRESETS.choose(precision="float32"), MODELS["dream"]
LAYERS = ("relu3_3", "relu4_3", "relu5_2")


class _Dreamer:
    """The network of dreams, on its stored weights."""

    def __init__(self, model: str, preprocessing: str | None, layers: Sequence[str]):
        weights = dict.fromkeys(layers, 1.0)
        self.settings = replace(DEFAULT, model=model, preprocessing=preprocessing, layers=weights)
        self.network = dream_network(self.settings, anew=True)
        self.stored = Stored([feature_extractor(self.network.graph.model, layers)])

    def _settings(self, values: Values) -> DreamSettings:
        layers = list(self.settings.layers)
        weights = tf.unstack(tf.cast(values["weights"], tf.float64), len(layers))
        return served_settings(self.settings, MODEL.controls, values, layers=dict(zip(layers, weights, strict=True)))

    def check(self, values: Values) -> tf.Tensor:
        """The problem of weights that enhance nothing, or of octaves that the network cannot look at."""
        settings = served_settings(self.settings, MODEL.controls, values)
        height, width = tf.unstack(octave_sizes(tf.shape(values["image"])[:2], settings)[0])
        layers, least = list(self.settings.layers), self.network.least
        small = tf.minimum(height, width) < least
        return first_problem(
            [
                problem_if(tf.size(values["weights"]) != len(layers), "weights has ", tf.size(values["weights"]),
                           f" numbers; it must have {len(layers)}, for {', '.join(layers)}"),
                problem_if(tf.reduce_all(values["weights"] == 0), "weights are all 0; nothing would be enhanced"),
                problem_if(small, "octave 1 would have ", width, "x", height, f" pixels; at least {least}x{least} are "
                           "needed, so choose fewer octaves or a larger size"),
            ]
        )  # fmt: skip

    def run(self, values: Values) -> Values:
        """The picture."""
        with self.stored.scope():
            recipe = Dream(self.network, self._settings(values), values["image"][None])
            made = make_in_graph(recipe)
        return {"picture": recipe.picture(made.canvas)[0], "evaluations": made.evaluations}


def dream(model: str = "vgg16", preprocessing: str | None = None, layers: Sequence[str] | None = None) -> Servable:
    """DeepDream as a servable, with the preset `default`.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of the layers that can be enhanced; by default those of the preset are, or else all of them.
            `None` for `LAYERS` or, of a network without these, some by depth.

    Raises:
        InputError: The network or a layer is unknown, or has no feature maps.
    """
    layers = layers or by_depth(model, preprocessing, LAYERS, deepest)
    dreamer = _Dreamer(model, preprocessing, layers)
    weights = [DEFAULT.layers.get(layer, 0.0) for layer in layers]
    weights = weights if any(weights) else [1.0] * len(layers)
    controls = [Input.of(one, **_of_layers(one.name, layers, weights)) for one in MODEL.controls]
    outputs, example = {"evaluations": "how many were made"}, {"size": [96], "octaves": [1], "steps": [[1]]}
    signatures = picture_signatures(MODEL.images, controls, dreamer.check, dreamer.run, outputs, example)
    summary = f"Enhances what {model} sees in an image, as DeepDream does."
    return Servable("dream", summary, origin(model), signatures, dreamer.stored.variables, [ONE])


def _of_layers(name: str, layers: Sequence[str], weights: Sequence[float]) -> dict:
    """What the layers change in a control."""
    if name != "weights":
        return {}
    return {"text": f"how much to enhance {', '.join(layers)}", "shape": (len(layers),), "default": weights}
