"""`fast-stylize`: any style in one pass of a trained network."""

import keras
import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.canvas.sizes import fit, longest_made, longest_shown
from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import DECODERS, Forward, Servable, origin
from nst_tf.export.signature.batches import Values, count_problem, each, refuse
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.masks import checked_with_mask, mask_of
from nst_tf.export.signature.picture_signatures import side_problem, size_problem
from nst_tf.export.signature.pictures import encode_png
from nst_tf.export.signature.signature import STATUS, Signature, encoded_signatures
from nst_tf.export.signature.weights import Stored
from nst_tf.one_pass.areas import Area, laid_over
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.stylizer import SMALLEST, paint_each, style_size

__all__ = ["fast_stylize"]

MODEL = MODELS["fast-stylize"]
CONTROLS = [Input.of(one) for one in MODEL.controls]
SHARES = [one for one in CONTROLS if one.name in ("strength", "swap")]
LARGEST = 1536  # pixels
MASK = EncodedImage("mask_bytes", MODEL.mask)
SIDE = 256  # pixels: of the images that other runtimes take, if nothing else is asked for
NOTES = ("content and style have the same size",)
EMPTY = {"picture_bytes": tf.constant("")}


class _Painter:
    """A network for any style, on its stored weights.

    Args:
        stylizer: As `load_stylizer` gives it.
    """

    encoded = tuple(EncodedImage(f"{name}_bytes", text) for name, text in MODEL.images.items())
    pixels = tuple(PixelImage(name, text, pixels=LARGEST**2) for name, text in MODEL.images.items())

    def __init__(self, stylizer: keras.Model):
        self.stylizer, self.stored = stylizer, Stored([stylizer])
        one = tf.TensorSpec([1, None, None, 3])
        item = dict.fromkeys(("content", "style"), one) | {one.name: tf.TensorSpec([1]) for one in SHARES}
        item |= {"style_scale": tf.TensorSpec([], tf.float64)}
        self._run_item = tf.function(self._painted_item, input_signature=[item], autograph=False)
        masked = item | {"mask": tf.TensorSpec([1, None, None, 1])}
        self._run_masked = tf.function(self._painted_item, input_signature=[masked], autograph=False)

    def _painted_item(self, values: Values) -> tf.Tensor:
        content, areas = values["content"], [Area([values["style"]], mask=values.get("mask"))]
        shares = [values[one.name] for one in SHARES]
        with self.stored.scope():
            painted = self.stylizer.stylise(content, areas, *shares, values["style_scale"])
        return laid_over(areas, painted, content)

    def forward(self, values: Values) -> Values:
        """The picture of a content in a style, both of one size that is known."""
        network, shares = self.stylizer, [values[one.name] for one in SHARES]
        with tf.init_scope():
            sizes = network.sizes(tf.constant(values["content"].shape[1:3])).numpy().tolist()

        def paint(content, picture, levels, size):
            study = network.study([lanczos(values["style"], *size)], levels)
            return network.paint(content, picture, [study], *shares)

        return {"picture": network.paint_on_sizes(values["content"], sizes, paint)}

    def check(self, values: Values) -> tf.Tensor:
        """The problem of sizes that the network cannot look at."""
        own, size = tf.shape(values["content"])[:2], values["size"]
        side = tf.reduce_max(style_size(values["style"][None], size, values["style_scale"]))
        return first_problem(
            [
                size_problem(own, size, SMALLEST),
                problem_if(side > LARGEST, "the style would be measured at ", side, " pixels; at most ", LARGEST,
                           " are possible, with a smaller style_scale"),
            ]
        )  # fmt: skip

    def run(self, values: Values) -> Values:
        """The picture of an item as a file."""
        return self._file(self._run_item(self._item(values)), values)

    def run_masked(self, values: Values) -> Values:
        """As `run`, where the mask is white."""
        item = self._item(values)
        mask = mask_of(values, tf.shape(item["content"])[1:3])
        return self._file(self._run_masked(item | {"mask": mask}), values)

    def _item(self, values: Values) -> Values:
        """What the network takes for an item: the content as large as the picture, the style as it is."""
        own = tf.shape(values["content"])[:2]
        size = fit(own, longest_made(own, values["size"], values["preview"], SMALLEST))
        images = {"content": lanczos(values["content"][None], *tf.unstack(size)), "style": values["style"][None]}
        numbers = {one.name: values[one.name][None] for one in SHARES}
        return images | numbers | {"style_scale": tf.cast(values["style_scale"], tf.float64)}

    def _file(self, picture: tf.Tensor, values: Values) -> Values:
        """A picture, or its preview, as a file."""
        shown = fit(tf.shape(values["content"])[:2], longest_shown(values["size"], values["preview"]))
        return {"picture_bytes": encode_png(lanczos(picture, *tf.unstack(shown))[0])}

    def of_bytes(self, batch: Values) -> Values:
        """The pictures for encoded images."""
        return each(batch, [*self.encoded, *CONTROLS], self.check, self.run, EMPTY)

    def of_masked(self, batch: Values) -> Values:
        """As `of_bytes`, with a mask each."""
        return each(batch, [*self.encoded, MASK, *CONTROLS], checked_with_mask(self.check), self.run_masked, EMPTY)

    def of_pixels(self, batch: Values) -> Values:
        """The pictures of contents of one size, in as many styles or in one."""
        count = tf.shape(batch["content"])[0]
        problems = [one.problem(batch[one.name]) for one in (*self.pixels, *SHARES)]
        problems += [count_problem(name, batch[name], count) for name in ("style", *(one.name for one in SHARES))]
        problems += [side_problem(one.name, batch[one.name], SMALLEST) for one in self.pixels]
        batch = refuse(first_problem(problems), batch)

        def paint(content, style, strength, swap, scale):
            images = {"content": content, "style": style}
            return self._run_item(images | {"strength": strength, "swap": swap, "style_scale": scale})

        return {"picture": paint_each(batch, paint)}


def fast_stylize() -> Servable:
    """The network for any style as a servable.

    Raises:
        InputError: There are no trained decoders.
    """
    painter = _Painter(load_stylizer())
    picture = {"picture_bytes": "the picture as a PNG image"} | STATUS
    pixels = [*painter.pixels, *SHARES]
    files = {"content_bytes": [example_bytes("neuschwanstein", 256)], "style_bytes": [example_bytes("great_wave", 256)]}
    mask = [example_bytes("neuschwanstein", 64)]
    arrays = {one.name: example_pixels("neuschwanstein", 96)[None] for one in painter.pixels}
    signatures = {
        **encoded_signatures(painter.of_bytes, painter.encoded, CONTROLS, picture, files, files | {"size": [96]}),
        "masked": Signature(
            painter.of_masked, [*painter.encoded, MASK, *CONTROLS], picture, files | {"mask_bytes": mask, "size": [96]}
        ),
        "pixels": Signature(painter.of_pixels, pixels, {"picture": "the pictures, RGB in [0, 1]"}, arrays),
    }
    weights = [*origin("vgg16"), DECODERS]
    summary = "Gives any image the style of any other in one pass of a trained network."
    forward = Forward(painter.forward, None, SIDE, SMALLEST, NOTES)
    return Servable("fast-stylize", summary, weights, signatures, painter.stored.variables, forward=forward)
