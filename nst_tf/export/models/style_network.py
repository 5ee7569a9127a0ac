"""A network of a few styles: the bundled `paintings`, or one of `nst-tf train-style`."""

from pathlib import Path

import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.canvas.sizes import fit
from nst_tf.export.catalogue import MODELS
from nst_tf.export.servable import Forward, Servable
from nst_tf.export.signature.batches import Values, count_problem, each, refuse
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.picture_signatures import side_problem, size_problem
from nst_tf.export.signature.pictures import encode_png
from nst_tf.export.signature.signature import STATUS, Signature, encoded_signatures
from nst_tf.export.signature.weights import Stored
from nst_tf.one_pass.settings import FastSettings
from nst_tf.one_pass.style_network import BUNDLED, FILE, SMALLEST, StyleNetwork, load_style_network

__all__ = ["style_network"]

MODEL = MODELS["paintings"]
SIZE, STYLE, BLEND = (Input.of(one) for one in MODEL.controls)
LARGEST = 2048**2  # pixels of a batch
MOST = 1000  # of a share; and letters that are looked at of names
EMPTY = {"picture_bytes": tf.constant("")}
OURS = "its weights: trained by `nst-tf train-style`; Apache-2.0"


class _Painter:
    """A network on its stored weights.

    Args:
        network: Which.
    """

    encoded = tuple(EncodedImage(f"{name}_bytes", text) for name, text in MODEL.images.items())
    pixels = tuple(PixelImage(name, text, pixels=LARGEST) for name, text in MODEL.images.items())

    def __init__(self, network: StyleNetwork):
        self.network, self.stored = network, Stored([network.model])
        self.names = ", ".join(network.styles)
        count = len(network.styles)
        self.controls = [SIZE, Input.of(MODEL.controls[1], text=f"{STYLE.text}: {self.names}"), BLEND]
        self.shares = Input("shares", tf.float32, f"share of each style, of which only the ratios matter: {self.names}",
                            (count,), [1.0] * count, 0, MOST)  # fmt: skip
        specs = [tf.TensorSpec([None, None, None, 3]), tf.TensorSpec([None, count])]
        self._run = tf.function(self._painted, input_signature=specs, autograph=False)

    def _painted(self, content: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        with self.stored.scope():
            return self.forward({"content": content, "shares": shares})["picture"]

    def forward(self, values: Values) -> Values:
        """The pictures of contents of one size, as the network computes them."""
        shares = values["shares"] / tf.reduce_sum(values["shares"], -1, keepdims=True)
        return {"picture": self.network.model({"image": values["content"], "shares": shares})}

    def _named(self, values: Values) -> tuple[tf.Tensor, tf.Tensor]:
        """The styles asked for, and which of all each is, `(asked, styles)`."""
        styles = tf.constant(self.network.styles)
        words = tf.raw_ops.StringSplitV2(input=tf.strings.substr(values["style"], 0, MOST)[None], sep="+").values
        names = tf.cond(values["style"] == "", lambda: styles, lambda: words)
        return names, names[:, None] == styles

    def check(self, values: Values) -> tf.Tensor:
        """The problem of sizes, names and shares that the network cannot use."""
        names, found = self._named(values)
        known, blend = tf.reduce_any(found, 1), values["style_blend"]
        stranger = tf.gather(names, tf.argmax(~known))
        given, asked = tf.size(blend), tf.size(names)
        bad = tf.reduce_any(~((blend >= 0) & (blend <= MOST))) | ((given > 0) & ~(tf.reduce_sum(blend) > 0))
        return first_problem(
            [
                size_problem(tf.shape(values["content"])[:2], values["size"], SMALLEST),
                problem_if(~tf.reduce_all(known), "style: there is no style ", stranger, f"; there are {self.names}"),
                problem_if((given != 0) & (given != asked), "style_blend has ", given, " shares and style ", asked,
                           " names; there must be one for each"),
                problem_if(bad, f"style_blend has shares not from 0 to {MOST}, or nothing but 0"),
            ]
        )  # fmt: skip

    def _blended(self, values: Values) -> tf.Tensor:
        """The share of each style."""
        names, found = self._named(values)
        count = tf.size(names)
        blend = tf.cond(tf.size(values["style_blend"]) > 0, lambda: values["style_blend"], lambda: tf.ones([count]))
        # As in Python, the last share holds where a style is named twice.
        last = tf.reduce_max(tf.where(found, tf.range(count)[:, None], -1), 0)
        return tf.where(last >= 0, tf.gather(blend, tf.maximum(last, 0)), 0)

    def run(self, values: Values) -> Values:
        """The picture of an item as a file."""
        size = fit(tf.shape(values["content"])[:2], values["size"])
        content = lanczos(values["content"][None], *tf.unstack(size))
        return {"picture_bytes": encode_png(self._run(content, self._blended(values)[None])[0])}

    def of_bytes(self, batch: Values) -> Values:
        """The pictures for encoded images."""
        return each(batch, [*self.encoded, *self.controls], self.check, self.run, EMPTY)

    def of_pixels(self, batch: Values) -> Values:
        """The pictures of contents of one size, in one blend each or in one."""
        (content,), shares = self.pixels, batch["shares"]
        problems = [
            content.problem(batch["content"]),
            side_problem("content", batch["content"], SMALLEST),
            self.shares.problem(shares),
            count_problem("shares", shares, tf.shape(batch["content"])[0]),
            problem_if(tf.reduce_any(tf.reduce_sum(shares, -1) <= 0), "shares are all 0; one must be above"),
        ]
        batch = refuse(first_problem(problems), batch)
        shares = tf.repeat(batch["shares"], tf.shape(batch["content"])[0] // tf.shape(shares)[0], axis=0)
        return {"picture": self._run(batch["content"], shares)}


def style_network(place: str) -> Servable:
    """A network of a few styles as a servable, named after its file or folder.

    Args:
        place: See `load_style_network`.

    Raises:
        InputError: There is no such network.
    """
    painter = _Painter(load_style_network(place))
    picture = {"picture_bytes": "the picture as a PNG image"} | STATUS
    files = {"content_bytes": [example_bytes("neuschwanstein", 256)]}
    small = files | {"size": [96], "style": [painter.network.styles[0]]}
    arrays = {"content": example_pixels("neuschwanstein", 96)[None]}
    signatures = {
        **encoded_signatures(painter.of_bytes, painter.encoded, painter.controls, picture, files, small),
        "pixels": Signature(
            painter.of_pixels, [*painter.pixels, painter.shares], {"picture": "the pictures, RGB in [0, 1]"}, arrays
        ),
    }
    path = Path(place)
    name = place if place in BUNDLED else path.resolve().parent.name if path.name == FILE else path.stem
    weights = [OURS if place in BUNDLED else f"`{path.name}`: its licence is that of its maker"]
    summary = f"Paints a picture in styles that it has learned, {painter.names}, or in blends of them."
    forward = Forward(painter.forward, None, FastSettings.size, SMALLEST)
    return Servable(name, summary, weights, signatures, painter.stored.variables, forward=forward)
