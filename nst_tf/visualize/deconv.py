"""The deconvnet: projects the activation of one filter down to the pixels that caused it.

Three rules for the way down, which differ only in what becomes of a signal s at a ReLU with input x:

    deconvnet   max(s, 0)             Zeiler and Fergus 2013, section 2.1
    gradient    s [x > 0]             Simonyan, Vedaldi and Zisserman 2013, section 3
    guided      max(s, 0) [x > 0]     Springenberg et al. 2014, section 3.4

Through everything else that is linear they are the same, so that without ReLU all three give the gradient. (Where
contrast is normalised, the deconvnet multiplies by the divisor; the other two have the derivative.)
"""

from typing import Any

import keras
import tensorflow as tf

from nst_tf.backbones.graph import IMAGE, Graph, is_relu
from nst_tf.errors import unknown
from nst_tf.layers.switches import OVERLAPS
from nst_tf.visualize.inverse import check_invertible, invert
from nst_tf.visualize.settings import RULES, SEEDS

__all__ = ["POSITIONS", "Deconv"]

POSITIONS = ("strongest", "given", "map")


@tf.custom_gradient
def _rectify_gradient(x):
    return tf.identity(x), tf.nn.relu


@keras.saving.register_keras_serializable(package="nst_tf")
class Deconv(keras.Model):
    """Projects activations of a layer of a network down to pixels.

    It is called with a dict of

    - `image`: `(n, height, width, 3)` in [0, 1], or one image for all;
    - `filter`: int32 `(n,)`, for each projection the feature map (the unit, of a dense layer);
    - `position`, only if `position="given"`: int32 `(n, 2)`, row and column in the feature map;

    and gives a dict of

    - `projection`: `(n, height, width, 3)`, signed, in units of activation per unit of pixel where the seed is 1;
    - `activation`: `(n,)`, at the position (of the whole map: the strongest);
    - `position`: int32 `(n, 2)`.

    Args:
        backbone: A functional or sequential model; its weights are shared.
        layer: Name of the layer, `"outer/inner"` in a nested model.
        rule: `"deconvnet"`, `"guided"` or `"gradient"`; see above.
        position: What is kept of the map: its `"strongest"` activation (of equal ones the first), the one that is
            `"given"`, or the whole `"map"`.
        seed: What is projected: the `"activation"` itself, or `"one"` in its place (of a map: where it is above 0).
        overlap: What happens where overlapping windows of a pooling have the same switch: values are summed (`"sum"`)
            or the last in reading order stays (`"last"`); of the rule `"deconvnet"` only.
        **kwargs: Of `keras.Model`, such as `name`.

    Raises:
        InputError: A name is unknown, or a layer on the way has no inverse (rule `"deconvnet"`).
    """

    def __init__(
        self,
        backbone: keras.Model,
        layer: str,
        rule: str = "deconvnet",
        position: str = "strongest",
        seed: str = "activation",
        overlap: str = "sum",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        choices = {"rule": (rule, RULES), "position": (position, POSITIONS), "seed": (seed, SEEDS)}
        for kind, (value, known) in {**choices, "overlap": (overlap, OVERLAPS)}.items():
            if value not in known:
                raise unknown(kind, value, known)
        self.backbone = backbone
        self.layer, self.rule, self.position, self.seed, self.overlap = layer, rule, position, seed, overlap
        graph = Graph(backbone)
        self._steps = graph.upto([layer])
        self._output = graph.step(layer).outputs[0]
        if rule == "deconvnet":
            check_invertible(self._steps)
        self._compiled = tf.function(self._project, input_signature=[self._signature()], autograph=False)
        self.built = True

    def _signature(self) -> dict[str, tf.TensorSpec]:
        image = self.backbone.inputs[0]
        signature = {"image": tf.TensorSpec(image.shape, image.dtype), "filter": tf.TensorSpec([None], tf.int32)}
        if self.position == "given":
            signature["position"] = tf.TensorSpec([None, 2], tf.int32)
        return signature

    def call(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        # A dict of exactly what is declared, so that one trace serves all calls.
        given = {name: tf.cast(inputs[name], spec.dtype) for name, spec in self._signature().items()}
        return self._compiled(given)

    def _project(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        image, filters = inputs["image"], inputs["filter"]
        if self.rule != "deconvnet":
            image = tf.gather(image, _image_of(filters, image))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(image)
            values = self._forward(image)
        maps = _with_positions(values[self._output])
        chosen = tf.gather_nd(tf.transpose(maps, [0, 3, 1, 2]), tf.stack([_image_of(filters, maps), filters], 1))
        activation, index = _pick(chosen, inputs.get("position"))
        seed = self._seed(chosen, index)
        signal = seed[..., None] * tf.one_hot(filters, tf.shape(maps)[-1], dtype=seed.dtype)[:, None, None]
        signal = tf.reshape(signal, tf.concat([tf.shape(signal)[:1], tf.shape(values[self._output])[1:]], 0))
        if self.rule == "deconvnet":
            projection = self._down(signal, values)
        else:
            projection = tape.gradient(values[self._output], image, signal, tf.UnconnectedGradients.ZERO)
        columns = tf.shape(chosen)[2]
        position = tf.stack([index // columns, index % columns], 1)
        return {"projection": projection, "activation": activation, "position": position}

    def _forward(self, image: tf.Tensor) -> dict[int, tf.Tensor]:
        values = {IMAGE: image}
        for step in self._steps:
            inputs = [values[number] for number in step.inputs]
            made = step.call(inputs)
            if self.rule == "guided" and is_relu(step.operation):
                made = [_rectify_gradient(*made)]
            values.update(zip(step.outputs, made, strict=True))
        return values

    def _seed(self, chosen: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        """What is projected, `(n, rows, columns)`: one position or all, activations or ones."""
        count, rows, columns = tf.unstack(tf.shape(chosen))
        size = tf.cast(chosen > 0, chosen.dtype) if self.seed == "one" and self.position == "map" else chosen
        if self.position == "map":
            return size
        size = tf.ones_like(chosen) if self.seed == "one" else chosen
        return size * tf.reshape(tf.one_hot(index, rows * columns, dtype=chosen.dtype), [count, rows, columns])

    def _down(self, signal: tf.Tensor, values: dict[int, tf.Tensor]) -> tf.Tensor:
        signals = {self._output: signal}
        for step in reversed(self._steps):
            if step.outputs[0] not in signals:
                continue
            signal = signals.pop(step.outputs[0])
            below = invert(step, signal, [values[number] for number in step.inputs], self.overlap)
            for number, part in zip(step.inputs, below, strict=True):
                signals[number] = signals[number] + part if number in signals else part
        return signals[IMAGE]

    def get_config(self) -> dict[str, Any]:
        config = {"layer": self.layer, "rule": self.rule, "position": self.position}
        config |= {"seed": self.seed, "overlap": self.overlap}
        return {**super().get_config(), "backbone": keras.saving.serialize_keras_object(self.backbone), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Deconv":
        return cls(**{**config, "backbone": keras.saving.deserialize_keras_object(config["backbone"])})


def _image_of(filters: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """The number of the image that each projection is of; with one image for all, 0."""
    return tf.range(tf.size(filters)) % tf.shape(images)[0]


def _with_positions(maps: tf.Tensor) -> tf.Tensor:
    """Feature maps `(batch, rows, columns, channels)`; the units of a dense layer are maps of one position."""
    return maps if maps.shape.rank == 4 else tf.reshape(maps, [tf.shape(maps)[0], 1, 1, tf.shape(maps)[-1]])


def _pick(chosen: tf.Tensor, position: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor]:
    """The activation at the position, or at the strongest, and the index of this: `row * columns + column`."""
    count, _, columns = tf.unstack(tf.shape(chosen))
    flat = tf.reshape(chosen, [count, -1])
    strongest = tf.argmax(flat, 1, output_type=tf.int32)
    index = strongest if position is None else position[:, 0] * columns + position[:, 1]
    return tf.gather(flat, index, batch_dims=1), index
