"""A network of images as signatures: whatever batch of images goes in, its outputs come out."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones import smallest_size
from nst_tf.export.servable import Forward, Servable
from nst_tf.export.signature.batches import Values, each, refuse
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import first_problem, problem_if
from nst_tf.export.signature.pictures import fill
from nst_tf.export.signature.signature import STATUS, Signature
from nst_tf.export.signature.weights import Stored

__all__ = ["image_network"]

EXAMPLE = 64  # pixels
MOST_PIXELS = 2**22  # of a batch; the first maps of VGG16 then take 1 GiB each


class _Network:
    """A network on its stored weights.

    Args:
        model: From images `(batch, height, width, 3)` in [0, 1] to a dict of outputs.
        side: To which encoded images are brought where the model takes any size.
        classes: The names of its classes, or none.
    """

    def __init__(self, model: keras.Model, side: int, classes: Sequence[str]):
        self.model, self.classes, self.stored = model, classes, Stored([model])
        self.size = tuple(model.input_shape[1:3])
        self.encoded_size = tuple(known or side for known in self.size)
        self.least = smallest_size(model)
        self.image = EncodedImage(
            "image_bytes", "the image; its middle is brought to {1}x{0}".format(*self.encoded_size)
        )
        self.pixels = PixelImage("image", "the image", self.size, MOST_PIXELS)
        spec = tf.TensorSpec([None, *self.size, 3])
        self._run = tf.function(self._outputs, input_signature=[spec], autograph=False)

    def _outputs(self, images: tf.Tensor) -> Values:
        with self.stored.scope():
            outputs = self.model(images)
        if self.classes:
            outputs = outputs | {"label": tf.gather(list(self.classes), tf.argmax(next(iter(outputs.values())), -1))}
        return outputs

    def of_bytes(self, batch: Values) -> Values:
        """The outputs for encoded images."""
        empty = {"image": tf.zeros([*self.encoded_size, 3])}
        made = each(batch, [self.image], lambda _: tf.constant(""), self._filled, empty)
        outputs, good = self._run(made.pop("image")), made["status"] == 0
        return {name: _where(good, output) for name, output in outputs.items()} | made

    def _filled(self, values: Values) -> Values:
        return {"image": tf.ensure_shape(fill(values["image"], *self.encoded_size), [*self.encoded_size, 3])}

    def of_pixels(self, batch: Values) -> Values:
        """The outputs for images as they are."""
        height, width = tf.unstack(tf.shape(batch["image"])[1:3])
        small = problem_if(tf.minimum(height, width) < self.least, "image has ", width, "x", height,
                           f" pixels; at least {self.least}x{self.least} are needed")  # fmt: skip
        problem = first_problem([small, self.pixels.problem(batch["image"])])
        return self._run(refuse(problem, batch)["image"])

    def forward(self, side: int) -> Forward:
        """The numbers for one image, without the name of its class."""
        notes = [f"The classes, in the order of the first output: {', '.join(self.classes)}."] if self.classes else []
        size = None if None in self.size else self.size
        return Forward(lambda batch: self.model(batch["image"]), size, side, self.least, notes)

    def outputs(self) -> dict[str, str]:
        """What the outputs are."""
        named = {
            name: "feature maps" if len(shape.shape) == 4 else "numbers" for name, shape in self.model.output.items()
        }
        return named | ({"label": "the name of the most probable class"} if self.classes else {})


def _where(good: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
    """The output of good images, and zeros (or no text) for the others."""
    good = tf.reshape(good, tf.concat([tf.shape(good), tf.ones([output.shape.rank - 1], tf.int32)], 0))
    return tf.where(good, output, tf.zeros([], output.dtype) if output.dtype != tf.string else "")


def image_network(
    name: str,
    summary: str,
    model: keras.Model,
    weights: Sequence[str],
    *,
    side: int = 224,
    classes: Sequence[str] = (),
) -> Servable:
    """Makes a network of images servable.

    Args:
        name: Of the servable.
        summary: What it does.
        model: From images `(batch, height, width, 3)` in [0, 1], of one size or of any, to a dict of outputs.
        weights: Lines on their origin.
        side: Height and width to which encoded images are brought where the model takes any size, in pixels.
        classes: Names of the classes that its first output has probabilities of.
    """
    network = _Network(model, side, classes)
    outputs, fixed = network.outputs(), None not in network.size
    pixels = (
        np.resize(example_pixels("neuschwanstein", EXAMPLE), (*network.size, 3)) if fixed else _square(network.least)
    )
    signatures = {
        "serving_default": Signature(
            network.of_bytes, [network.image], outputs | STATUS, {"image_bytes": [example_bytes("neuschwanstein", 256)]}
        ),
        "pixels": Signature(network.of_pixels, [network.pixels], outputs, {"image": pixels[None]}),
    }
    return Servable(
        name, summary, weights, signatures, network.stored.variables, batched=fixed, forward=network.forward(side)
    )


def _square(least: int) -> np.ndarray:
    side = max(least, EXAMPLE)
    return np.resize(example_pixels("neuschwanstein", EXAMPLE), (side, side, 3))
