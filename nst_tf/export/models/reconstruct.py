"""`reconstruct`: the inversion of a layer as a signature."""

from collections.abc import Sequence

import tensorflow as tf

from nst_tf.backbones import feature_extractor, open_network, smallest_size
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.canvas import lanczos
from nst_tf.canvas.sizes import fit
from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import Servable, origin
from nst_tf.export.signature.batches import Values, refuse
from nst_tf.export.signature.inputs import Input, problem_if
from nst_tf.export.signature.picture_signatures import ONE, picture_signatures, served_settings, size_problem
from nst_tf.export.signature.weights import Stored
from nst_tf.recipes.feature_loop import GraphLoop
from nst_tf.recipes.graph_driver import make_in_graph
from nst_tf.recipes.layers_by_depth import by_depth, finest
from nst_tf.recipes.recipe import at_size
from nst_tf.recipes.reconstruct.recipe import Reconstruct, reconstruct_network
from nst_tf.recipes.reconstruct.settings import PRESETS

__all__ = ["reconstruct"]

DEFAULT, MODEL = PRESETS["default"], MODELS["reconstruct"]
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
SIDE = 1024  # pixels: an image in which every layer has a position, to tell what a layer sees


class _Inverter:
    """The inversions of some layers of a network, on its stored weights."""

    def __init__(self, model: str, preprocessing: str | None, layers: Sequence[str]):
        network = open_network(model, preprocessing)
        graph, extractors = Graph(network), [feature_extractor(network, [layer]) for layer in layers]
        self.layers, self.stored = tuple(layers), Stored(extractors)
        self.networks = [reconstruct_network(graph, layer, DEFAULT) for layer in layers]
        self.least = [smallest_size(extractor) for extractor in extractors]

    def _index(self, values: Values) -> tf.Tensor:
        return tf.argmax(tf.constant(self.layers) == values["layer"], output_type=tf.int32)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of a size that the layer cannot be computed for."""
        least = tf.constant(self.least)[self._index(values)]
        return size_problem(tf.shape(values["image"])[:2], values["size"], least)

    def run(self, values: Values) -> Values:
        """The picture, and how near it comes."""
        with self.stored.scope():
            return tf.switch_case(
                self._index(values), [lambda at=at: self._of_layer(at, values) for at in self.networks]
            )

    def _of_layer(self, network: GraphLoop, values: Values) -> Values:
        (layer,), size = network.layers, fit(tf.shape(values["image"])[:2], values["size"])
        target = network.features(at_size(lanczos, values["image"][None], size))[layer]
        dark = problem_if(tf.reduce_all(target == 0), f"{layer} gives nothing but 0 for the image")
        target = refuse(dark, {"target": target})["target"]
        settings = served_settings(DEFAULT, MODEL.controls, values, steps=values["steps"][None])
        field = receptive_field(network.graph, layer, SIDE, SIDE)
        recipe = Reconstruct(network, settings, target, size, field)
        made = make_in_graph(recipe)
        facts = {"loss": made.loss, "error": made.losses["representation"], "evaluations": made.evaluations}
        return {"picture": recipe.picture(made.canvas)[0]} | facts


def reconstruct(
    model: str = "vgg16", preprocessing: str | None = None, layers: Sequence[str] | None = None
) -> Servable:
    """The inversion of layers of a network as a servable, with the preset `default`.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of the layers that may be asked for; the one in the middle is the default. `None` for `LAYERS`
            or, of a network without these, some by depth.

    Raises:
        InputError: The network or a layer is unknown.
    """
    layers = layers or by_depth(model, preprocessing, LAYERS, finest)
    inverter = _Inverter(model, preprocessing, layers)
    layer, *others = MODEL.controls
    known = {"default": layers[len(layers) // 2], "choices": tuple(layers)}
    controls = [Input.of(layer, **known), *map(Input.of, others)]
    outputs = {"loss": "what was minimised", "error": "|Phi - Phi_0|^2 / |Phi_0|^2 of the layer's features Phi",
               "evaluations": "how many were made"}  # fmt: skip
    example = {"size": [64], "steps": [1], "layer": [layers[0]]}
    signatures = picture_signatures(MODEL.images, controls, inverter.check, inverter.run, outputs, example)
    summary = f"Reconstructs an image from its features in a layer of {model}."
    return Servable("reconstruct", summary, origin(model), signatures, inverter.stored.variables, [ONE])
