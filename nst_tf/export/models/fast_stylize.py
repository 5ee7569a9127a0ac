"""`fast-stylize`: any style in one pass of a trained network."""

import keras
import tensorflow as tf

from nst_tf.canvas import lanczos
from nst_tf.export.models.stylize import style_side
from nst_tf.export.origin import origin
from nst_tf.export.servable import Servable
from nst_tf.export.signature.examples import example_bytes, example_pixels
from nst_tf.export.signature.images import EncodedImage, PixelImage
from nst_tf.export.signature.inputs import Input, first_problem, problem_if
from nst_tf.export.signature.items import Values, defaults, each, refuse
from nst_tf.export.signature.picture_signatures import size_input, size_problem
from nst_tf.export.signature.pictures import encode_png, fit_longest
from nst_tf.export.signature.signature import STATUS, Signature
from nst_tf.export.signature.weights import Stored
from nst_tf.one_pass import load_stylizer
from nst_tf.one_pass.settings import FAST
from nst_tf.one_pass.stylizer import SMALLEST

__all__ = ["fast_stylize"]

DEFAULT = FAST["default"]
LARGEST = 1536  # pixels
STRENGTH = Input("strength", tf.float32, "from the content as the network reconstructs it to all of the style", (),
                 DEFAULT.strength, 0, 1)  # fmt: skip
CONTROLS = [
    size_input(DEFAULT.size, LARGEST),
    STRENGTH,
    Input("style_scale", tf.float32, "size of the style relative to the picture; more makes larger strokes", (),
          DEFAULT.style_scale, 0.125, 4),
]  # fmt: skip
CONTENT, STYLE = "what the picture shows", "whose style it takes"


class _Painter:
    """A network for any style, on its stored weights.

    Args:
        stylizer: As `load_stylizer` gives it.
    """

    encoded = (EncodedImage("content_bytes", CONTENT), EncodedImage("style_bytes", STYLE))
    pixels = tuple(PixelImage(name, text, pixels=LARGEST**2) for name, text in (("content", CONTENT), ("style", STYLE)))

    def __init__(self, stylizer: keras.Model):
        self.stylizer, self.stored = stylizer, Stored([stylizer])
        image = tf.TensorSpec([None, None, None, 3])
        specs = {"content": image, "style": image, "strength": tf.TensorSpec([None])}
        self._run = tf.function(self._painted, input_signature=[specs], autograph=False)

    def _painted(self, values: Values) -> tf.Tensor:
        with self.stored.scope():
            return self.stylizer(values)

    def check(self, values: Values) -> tf.Tensor:
        """The problem of sizes that the network cannot look at."""
        side = self._style_side(values)
        return first_problem(
            [
                size_problem(tf.shape(values["content"])[:2], values["size"], SMALLEST),
                problem_if(side > LARGEST, "the style would be measured at ", side, " pixels; at most ", LARGEST,
                           " are possible, with a smaller style_scale"),
            ]
        )  # fmt: skip

    def _style_side(self, values: Values) -> tf.Tensor:
        return style_side(tf.shape(values["style"])[:2], values["style_scale"], values["size"], SMALLEST)

    def run(self, values: Values) -> Values:
        """The picture of an item as a file."""
        sides = {"content": values["size"], "style": self._style_side(values)}
        images = {name: self._at(values[name], side) for name, side in sides.items()}
        return {"picture_bytes": encode_png(self._run(images | {"strength": values["strength"][None]})[0])}

    def _at(self, image: tf.Tensor, longest: tf.Tensor) -> tf.Tensor:
        return lanczos(image[None], *tf.unstack(fit_longest(tf.shape(image)[:2], longest)))

    def of_bytes(self, batch: Values) -> Values:
        """The pictures for encoded images."""
        return each(batch, [*self.encoded, *CONTROLS], self.check, self.run, {"picture_bytes": tf.constant("")})

    def of_pixels(self, batch: Values) -> Values:
        """The pictures of contents of one size, in as many styles or in one."""
        count = tf.shape(batch["content"])[0]
        problems = [one.problem(batch[one.name]) for one in (*self.pixels, STRENGTH)]
        problems += [_count_problem(name, batch[name], count) for name in ("style", "strength")]
        problems += [_side_problem(one.name, batch[one.name]) for one in self.pixels]
        batch = refuse(first_problem(problems), batch)
        return {"picture": self._run(batch | {"strength": tf.broadcast_to(batch["strength"], [count])})}

    def as_module(self, batch: Values) -> list[tf.Tensor]:
        """As `of_pixels`, in the convention of the stylisation modules of TF-Hub: a list of one batch."""
        return [self.of_pixels(batch)["picture"]]


def _count_problem(name: str, values: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    length = tf.shape(values)[0]
    return problem_if((length != 1) & (length != count), name, " has ", length, " values and content ", count,
                      "; it must have one, or as many")  # fmt: skip


def _side_problem(name: str, images: tf.Tensor) -> tf.Tensor:
    height, width = tf.unstack(tf.shape(images)[1:3])
    return problem_if(tf.minimum(height, width) < SMALLEST, name, " has ", width, "x", height,
                      f" pixels; at least {SMALLEST}x{SMALLEST} are needed")  # fmt: skip


def fast_stylize() -> Servable:
    """The network for any style as a servable.

    Raises:
        InputError: There are no trained decoders.
    """
    painter = _Painter(load_stylizer())
    picture = {"picture_bytes": "the picture as a PNG image"} | STATUS
    controls, pixels = [*painter.encoded, *CONTROLS], [*painter.pixels, STRENGTH]
    files = {"content_bytes": [example_bytes("neuschwanstein", 256)], "style_bytes": [example_bytes("great_wave", 256)]}
    arrays = {one.name: example_pixels("neuschwanstein", 96)[None] for one in painter.pixels}
    signatures = {
        "serving_default": Signature(
            lambda batch: painter.of_bytes(batch | defaults(CONTROLS)), painter.encoded, picture, files
        ),
        "controls": Signature(painter.of_bytes, controls, picture, files | {"size": [96]}),
        "pixels": Signature(painter.of_pixels, pixels, {"picture": "the pictures, RGB in [0, 1]"}, arrays),
    }
    call = Signature(painter.as_module, pixels, {})
    weights = [*origin("vgg16"), "its decoders: trained by `nst-tf train-decoder`; Apache-2.0"]
    summary = "Gives any image the style of any other in one pass of a trained network."
    return Servable("fast-stylize", summary, weights, signatures, painter.stored.variables, call=call)
