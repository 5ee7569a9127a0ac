"""`deconv`: what in an image excites a filter, projected down to its pixels."""

from collections.abc import Sequence
from dataclasses import replace

import keras
import tensorflow as tf

from nst_tf.backbones import feature_extractor, open_network, smallest_size
from nst_tf.backbones.graph import Graph
from nst_tf.canvas import lanczos
from nst_tf.canvas.sizes import fit_shortest
from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import Servable, origin
from nst_tf.export.signature.batches import Values, each, every
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.pictures import display, encode_png
from nst_tf.export.signature.signature import STATUS, Signature, encoded_signatures
from nst_tf.export.signature.weights import Stored
from nst_tf.visualize.deconv import Deconv

__all__ = ["deconv"]

MOST_PIXELS = 2**21
LAYER, FILTER, SIZE = (Input.of(one) for one in MODELS["deconv"].controls)
FOUND = {
    "activation": "of the filter, where it is strongest",
    "position": "row and column of that in the feature map",
    "filter": "its number",
}
SPECS = {
    "projection": tf.TensorSpec([None, None, 3]),
    "activation": tf.TensorSpec([]),
    "position": tf.TensorSpec([2], tf.int32),
    "filter": tf.TensorSpec([], tf.int32),
}


class _Projector:
    """The deconvnets of some layers of a network, on its stored weights."""

    def __init__(self, network: keras.Model, layers: Sequence[str]):
        self.layers = tuple(layers)
        self.graph, self.stored = Graph(network), Stored([network])
        self.deconvs = [Deconv(network, layer) for layer in layers]
        self.filters = [self.graph.step(layer).shape[-1] for layer in layers]
        self.least = [smallest_size(feature_extractor(network, [layer])) for layer in layers]
        image = PixelImage("image", "the image", pixels=MOST_PIXELS)
        layer = replace(LAYER, default=self.layers[-1], choices=self.layers)
        self.of_bytes = [EncodedImage("image_bytes", "the image"), layer, FILTER, SIZE]
        self.of_pixels = [image, layer, FILTER]
        specs = {"image": tf.TensorSpec(image.shape), "layer": tf.TensorSpec([], tf.string), "filter": SPECS["filter"]}
        self._run = tf.function(self._project, input_signature=[specs], autograph=False)

    def _index(self, values: Values) -> tf.Tensor:
        return tf.argmax(tf.constant(self.layers) == values["layer"], output_type=tf.int32)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of a filter that the layer has not, or of an image too small or too large for it."""
        size, number, layer = self._size(values), values["filter"], values["layer"]
        filters = tf.constant(self.filters)[self._index(values)]
        least = tf.constant(self.least)[self._index(values)]
        wrong = (number < -filters) | (number >= filters)
        range_of_filters = [layer, " has those from 0 to ", filters - 1, " and from -1 to ", -filters]
        pixels = ["the image would have ", size[1], "x", size[0], " pixels; "]
        return first_problem(
            [
                problem_if(wrong, "filter is ", number, "; ", *range_of_filters),
                problem_if(tf.reduce_min(size) < least, *pixels, layer, " needs ", least, "x", least),
                problem_if(tf.reduce_prod(size) > MOST_PIXELS, *pixels, f"at most {MOST_PIXELS} are taken"),
            ]
        )

    def _size(self, values: Values) -> tf.Tensor:
        own = tf.shape(values["image"])[:2]
        return fit_shortest(own, values["size"]) if "size" in values else own

    def run(self, values: Values) -> Values:
        """The projection of an item."""
        image = values["image"]
        if "size" in values:
            image = lanczos(image[None], *tf.unstack(self._size(values)))[0]
        return self._run({"image": image, "layer": values["layer"], "filter": values["filter"]})

    def _project(self, values: Values) -> Values:
        with self.stored.scope():
            branches = [lambda at=at: self._of_layer(at, values) for at in range(len(self.layers))]
            return tf.switch_case(self._index(values), branches)

    def _of_layer(self, at: int, values: Values) -> Values:
        image, number = values["image"][None], values["filter"]
        maps = self.graph.features(image, [self.layers[at]])[self.layers[at]]
        strongest = tf.argsort(
            tf.reduce_max(tf.reshape(maps, [-1, self.filters[at]]), 0), -1, "DESCENDING", stable=True
        )
        number = tf.where(number < 0, strongest[tf.maximum(-number - 1, 0)], number)
        found = self.deconvs[at]({"image": image, "filter": number[None]})
        return {name: value[0] for name, value in found.items()} | {"filter": number}

    def shown(self, values: Values) -> Values:
        """The projection of an item as a picture."""
        found = self.run(values)
        return {"projection_bytes": encode_png(display(found.pop("projection")))} | found


def deconv(model: str = "alexnet", preprocessing: str | None = None, layers: Sequence[str] = ()) -> Servable:
    """The deconvnet of a network as a servable.

    Args:
        model: See `open_network`.
        preprocessing: See `open_network`.
        layers: Names of the layers that may be asked for; the last is the default. None for all rectified maps.

    Raises:
        InputError: The network or a layer is unknown, or a layer cannot be projected.
    """
    network = open_network(model, preprocessing)
    projector = _Projector(network, tuple(layers) or Graph(network).maps)
    empty = {name: tf.zeros(spec.shape, spec.dtype) for name, spec in SPECS.items() if name != "projection"}
    empty = {"projection_bytes": tf.constant("")} | empty

    def of_bytes(batch):
        return each(batch, projector.of_bytes, projector.check, projector.shown, empty)

    def of_pixels(batch):
        return every(batch, projector.of_pixels, projector.check, projector.run, SPECS)

    seen = {"projection_bytes": "what excites the filter, as a PNG image; grey where nothing does"} | FOUND | STATUS
    image, side = {"image_bytes": [example_bytes("neuschwanstein", 128)]}, max(int(SIZE.least), *projector.least)
    found = {"projection": "signed, of the image's size"} | FOUND
    example = {"image": example_pixels("neuschwanstein", 2 * side)[None]}
    signatures = {
        **encoded_signatures(
            of_bytes, projector.of_bytes[:1], projector.of_bytes[1:], seen, image, image | {"size": [side]}
        ),
        "pixels": Signature(of_pixels, projector.of_pixels, found, example),
    }
    summary = f"What in an image excites a filter of {model}, projected down to its pixels by an exact deconvnet."
    return Servable("deconv", summary, origin(model), signatures, projector.stored.variables)
