"""`reconstruct`: the inversion of a layer as a signature."""

from collections.abc import Sequence

import tensorflow as tf

from nst_tf.backbones import feature_extractor, open_network, smallest_size
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.canvas import lanczos
from nst_tf.export.origin import origin
from nst_tf.export.servable import Servable
from nst_tf.export.signature.inputs import Input, problem_if
from nst_tf.export.signature.items import Values, refuse
from nst_tf.export.signature.picture_signatures import ONE, SEED, picture_signatures, size_input, size_problem
from nst_tf.export.signature.pictures import fit_longest
from nst_tf.export.signature.scales import coarse_to_fine
from nst_tf.export.signature.weights import Stored
from nst_tf.objectives.representation import Representation
from nst_tf.recipes.reconstruct.engine import ReconstructEngine, reconstruct_engine
from nst_tf.recipes.reconstruct.layer import mean_noise, priors
from nst_tf.recipes.reconstruct.recipe import SIZE
from nst_tf.recipes.reconstruct.settings import PRESETS

__all__ = ["reconstruct"]

DEFAULT = PRESETS["default"]
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
SIDE = 1024  # pixels: an image in which every layer has a position, to tell what a layer sees


class _Inversion:
    """The inversion of one layer in tensors; see `nst_tf.recipes.reconstruct.layer.Reconstruct`."""

    plateau = DEFAULT.plateau

    def __init__(self, engine: ReconstructEngine, image: tf.Tensor):
        self.engine, self.image = engine, image
        self.loop, self.features = engine.loop, engine.extractor
        self.priors = priors(DEFAULT, receptive_field(engine.graph, engine.layer, SIDE, SIDE))
        self.parts = ("representation", *self.priors)

    def begin(self, canvas, size, evaluations):
        return self.loop.optimizer.start(canvas)

    def objective(self, size):
        target = self.features(self.image)[self.engine.layer]
        dark = problem_if(tf.reduce_all(target == 0), f"{self.engine.layer} gives nothing but 0 for the image")
        return {
            "representation": Representation(self.engine.layer, refuse(dark, {"target": target})["target"])
        } | self.priors


class _Inverter:
    """The inversions of some layers of a network, on its stored weights."""

    def __init__(self, model: str, preprocessing: str | None, layers: Sequence[str]):
        network = open_network(model, preprocessing)
        graph, extractors = Graph(network), [feature_extractor(network, [layer]) for layer in layers]
        self.layers, self.stored = tuple(layers), Stored(extractors)
        self.engines = [reconstruct_engine(graph, layer, DEFAULT) for layer in layers]
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
                self._index(values), [lambda at=at: self._of_layer(at, values) for at in self.engines]
            )

    def _of_layer(self, engine: ReconstructEngine, values: Values) -> Values:
        size = fit_longest(tf.shape(values["image"])[:2], values["size"])
        inversion = _Inversion(engine, lanczos(values["image"][None], size[0], size[1]))
        noise = mean_noise([1, size[0], size[1], 3], DEFAULT.noise, values["seed"])
        made = coarse_to_fine(inversion, noise, size[None], values["steps"][None])
        made_of = {"loss": made.loss, "error": made.losses["representation"], "evaluations": made.evaluations}
        return {"picture": tf.clip_by_value(made.canvas[0], 0, 1)} | made_of


def reconstruct(model: str = "vgg16", preprocessing: str | None = None, layers: Sequence[str] = LAYERS) -> Servable:
    """The inversion of layers of a network as a servable, with the preset `default`.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of the layers that may be asked for; the one in the middle is the default.

    Raises:
        InputError: The network or a layer is unknown.
    """
    inverter = _Inverter(model, preprocessing, layers)
    controls = [
        Input("layer", tf.string, "layer to invert", (), layers[len(layers) // 2], choices=tuple(layers)),
        size_input(SIZE, 512),
        Input("steps", tf.int32, "evaluations, at most", (), DEFAULT.steps[0], 1, 500),
        SEED,
    ]
    outputs = {"loss": "what was minimised", "error": "|Phi - Phi_0|^2 / |Phi_0|^2 of the layer's features Phi",
               "evaluations": "how many were made"}  # fmt: skip
    example = {"size": [64], "steps": [1], "layer": [layers[0]]}
    signatures = picture_signatures(
        {"image": "to be reconstructed"}, controls, inverter.check, inverter.run, outputs, example
    )
    summary = f"Reconstructs an image from its features in a layer of {model}."
    return Servable("reconstruct", summary, origin(model), signatures, inverter.stored.variables, [ONE])
