"""`nst-tf stylize`: a picture, or a folder of pictures, in the style of others."""

from argparse import Namespace

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.feed_forward import add_feed_forward, is_feed_forward, run_feed_forward
from nst_tf.cli.work.network_options import MODEL, PIXELS
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["DESCRIPTION", "OPTIONS", "add_arguments", "run"]

DESCRIPTION = "Paint pictures in the style of others."
LAYERS = "LAYER=WEIGHT,..."
OPTIONS = {
    "picture": {
        "size": ("PIXELS", "longest side of the result"),
        "init": ("START", "what to start from: content, fast (the picture of --fast, which saves the coarsest scale), "
                 "noise or an image file"),
        "preserve_color": ("HOW", "keep the content's colours: luminance transfers light and dark only, histogram "
                           "recolours the style first; without it, the style's colours are taken"),
        "seed": ("NUMBER", "of the noise; the same seed and input give the same picture"),
    },
    "network": {
        "model": ("NETWORK", MODEL),
        "preprocessing": ("KIND", PIXELS),
        "pooling": ("KIND", "its pooling; max is as trained"),
        "padding": ("KIND", "of its first convolution; replicate leaves no frame along the border (default: "
                    "replicate, or what a network of others has)"),
    },
    "objective": {
        "content_layers": (LAYERS, "layers of the content loss"),
        "style_layers": (LAYERS, "layers of the style loss"),
        "content_loss": ("KIND", "mean of the squared differences of features, or half their sum as in Gatys' paper"),
        "style_loss": ("KIND", "how the statistics of features are compared"),
        "content_weight": ("WEIGHT", "weight of the content loss"),
        "style_weight": ("WEIGHT", "weight of the style loss"),
        "tv_weight": ("WEIGHT", "weight of the total variation; more is smoother"),
        "style_scale": ("FACTOR", "size of the style image relative to the picture; more makes larger strokes"),
        "style_blend": ("SHARE,...", "share of each style image; without it, all are equal"),
    },
    "schedule": {
        "optimizer": ("NAME", "how the picture is optimised"),
        "first_size": ("PIXELS", "longest side of the coarsest scale"),
        "growth": ("FACTOR", "how much larger each scale is than the one before, at most"),
        "steps": ("NUMBER,...", "evaluations on each scale, coarse to fine; the last number holds for all that follow"),
        "plateau": ("FRACTION", "end a scale when the loss falls by less per evaluation; 0 never does"),
    },
}  # fmt: skip


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf stylize CONTENT STYLE [STYLE ...] -o OUT [options]"
    parser.add_argument("content", metavar="CONTENT", help="image to paint, or a folder of images")
    parser.add_argument("styles", metavar="STYLE", nargs="*", help="image of the style; several are blended")
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several contents a folder, made if it is missing")  # fmt: skip
    parser.add_argument("--content", dest="more", metavar="CONTENT", action="append", default=[],
                        help="a further image or folder to paint; may be repeated")  # fmt: skip
    add_feed_forward(parser)
    add_settings(parser, PRESETS, OPTIONS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    if not arguments.styles and not arguments.network:
        raise InputError("no STYLE was given; at least one image is needed after CONTENT")
    if is_feed_forward(arguments):
        return run_feed_forward(arguments)
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.cli.work.start import read_start
    from nst_tf.images import read_image

    settings |= read_start(arguments, ("content", "fast", "noise"))
    styles = [read_image(style) for style in arguments.styles]

    def steps(content):
        from nst_tf.recipes.stylize.recipe import stylize_steps

        return stylize_steps(content, styles, time_limit=arguments.time_limit, **settings)

    contents, others = [arguments.content, *arguments.more], [*arguments.styles, arguments.init]
    return make_pictures(arguments, steps, contents, others=others, facts=lambda _: {"styles": arguments.styles})
