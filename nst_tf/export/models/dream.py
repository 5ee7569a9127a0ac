"""`dream`: DeepDream as a signature, octave by octave."""

from collections.abc import Sequence

import tensorflow as tf

from nst_tf.backbones import feature_extractor, open_network
from nst_tf.backbones.graph import Graph
from nst_tf.canvas import lanczos
from nst_tf.export.origin import origin
from nst_tf.export.servable import Servable
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.items import Values
from nst_tf.export.signature.picture_signatures import ONE, SEED, picture_signatures, size_input, steps_input
from nst_tf.export.signature.pictures import fit_longest
from nst_tf.export.signature.scales import coarse_to_fine
from nst_tf.export.signature.weights import Stored
from nst_tf.objectives import Activation
from nst_tf.optimize.ascent import Ascent
from nst_tf.recipes.dream.engine import DreamEngine
from nst_tf.recipes.dream.recipe import enhanced
from nst_tf.recipes.dream.settings import PRESETS

__all__ = ["dream"]

DEFAULT = PRESETS["default"]
LAYERS = ("relu3_3", "relu4_3", "relu5_2")


class _Dream:
    """A dream in tensors; see `nst_tf.recipes.dream.recipe.Dream`."""

    plateau = DEFAULT.plateau

    def __init__(self, engine: DreamEngine, values: Values):
        self.loop, self.features, self.parts = engine.loop, engine.extractor, engine.layers
        self.image, self.seed = values["image"][None], values["seed"]
        self.weights = tf.unstack(tf.cast(values["weights"], tf.float64), len(engine.layers))

    def begin(self, canvas, size, evaluations):
        state = self.loop.optimizer.start(self.enlarge(canvas, size))
        return state._replace(key=tf.stack([self.seed, tf.cast(evaluations, tf.int64)]))

    def enlarge(self, canvas: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """The image at this size, and the detail dreamt so far, resized."""
        detail = canvas - lanczos(self.image, *tf.unstack(tf.shape(canvas)[1:3]))
        enlarged = lanczos(self.image, *tf.unstack(size)) + tf.image.resize(detail, size, "bicubic")
        return tf.clip_by_value(enlarged, 0, 1)

    def objective(self, size):
        image = lanczos(self.image, *tf.unstack(size))
        parts = {layer: Activation(layer, power=2) for layer in self.parts}
        return enhanced(parts, self.weights, self.features(image), image)


class _Dreamer:
    """The network of dreams, on its stored weights."""

    def __init__(self, model: str, preprocessing: str | None, layers: Sequence[str]):
        network = open_network(model, preprocessing)
        optimizer = Ascent(DEFAULT.step_size / 255, DEFAULT.jitter)
        self.engine = DreamEngine(Graph(network), tuple(layers), optimizer, tile=0)
        self.stored = Stored([feature_extractor(network, layers)])

    def _sizes(self, values: Values) -> tf.Tensor:
        """Height and width of each octave, coarse to fine; see `nst_tf.recipes.dream.recipe.octave_sizes`."""
        own, size = tf.shape(values["image"])[:2], tf.cast(values["size"], tf.float64)
        octaves = tf.cast(tf.range(values["octaves"] - 1, -1, -1), tf.float64)
        sides = tf.maximum(tf.round(size / tf.cast(values["octave_scale"], tf.float64) ** octaves), 1)
        return tf.map_fn(lambda side: fit_longest(own, side), sides, fn_output_signature=tf.TensorSpec([2], tf.int32))

    def check(self, values: Values) -> tf.Tensor:
        """The problem of weights that enhance nothing, or of octaves that the network cannot look at."""
        height, width = tf.unstack(self._sizes(values)[0])
        layers, least = self.engine.layers, self.engine.least
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
        sizes = self._sizes(values)
        with self.stored.scope():
            dream = _Dream(self.engine, values)
            canvas = lanczos(dream.image, *tf.unstack(sizes[0]))
            made = coarse_to_fine(dream, canvas, sizes, values["steps"])
        return {"picture": dream.enlarge(made.canvas, sizes[-1])[0], "evaluations": made.evaluations}


def dream(model: str = "vgg16", preprocessing: str | None = None, layers: Sequence[str] = LAYERS) -> Servable:
    """DeepDream as a servable, with the preset `default`.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of the layers that can be enhanced; by default those of the preset are, or else all of them.

    Raises:
        InputError: The network or a layer is unknown, or has no feature maps.
    """
    dreamer = _Dreamer(model, preprocessing, layers)
    weights = [DEFAULT.layers.get(layer, 0.0) for layer in layers]
    weights = weights if any(weights) else [1.0] * len(layers)
    controls = [
        size_input(DEFAULT.size, 1024),
        Input("octaves", tf.int32, "how many sizes there are, coarse to fine", (), DEFAULT.octaves, 1, 8),
        Input("octave_scale", tf.float32, "how much larger each octave is", (), DEFAULT.octave_scale, 1.1, 2),
        steps_input(DEFAULT.steps, 50),
        Input("weights", tf.float32, f"how much to enhance {', '.join(layers)}", (len(layers),), weights, -100, 100),
        SEED,
    ]
    images, outputs = {"image": "what to begin with"}, {"evaluations": "how many were made"}
    example = {"size": [96], "octaves": [1], "steps": [[1]]}
    signatures = picture_signatures(images, controls, dreamer.check, dreamer.run, outputs, example)
    summary = f"Enhances what {model} sees in an image, as DeepDream does."
    return Servable("dream", summary, origin(model), signatures, dreamer.stored.variables, [ONE])
