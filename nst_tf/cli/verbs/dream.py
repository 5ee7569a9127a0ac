"""`nst-tf dream`: a picture, or a folder of pictures, in which a network sees more and more; or a zoom into it."""

from argparse import Namespace

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.errors import InputError
from nst_tf.recipes.dream.settings import PRESETS

__all__ = ["DESCRIPTION", "OPTIONS", "add_arguments", "run"]

DESCRIPTION = "Let a network dream on pictures (DeepDream)."
OPTIONS = {
    "picture": {
        "size": ("PIXELS", "longest side of the result"),
        "from_noise": ("", "start from noise, of the image's shape or, without an image, a square"),
        "seed": ("NUMBER", "of the noise and the jitter; the same seed and input give the same picture"),
    },
    "network": {
        "model": ("NAME", "network that dreams: a bundled one, keras:NAME or a path"),
        "preprocessing": ("KIND", "what range of pixels a network from a file takes"),
    },
    "objective": {
        "layers": ("LAYER=WEIGHT,...", "what to enhance: LAYER, LAYER:CHANNEL, or LAYER:CHANNEL:Y:X for one place, at "
                   "these fractions of height and width"),
    },
    "schedule": {
        "octaves": ("NUMBER", "how many sizes to dream on, coarse to fine"),
        "octave_scale": ("FACTOR", "how much larger each octave is than the one before"),
        "steps": ("NUMBER,...", "steps on each octave, coarse to fine; the last number holds for all that follow"),
        "step_size": ("CHANGE", "mean change of a pixel in a step, of 255"),
        "jitter": ("PIXELS", "how far the image is rolled at random before a step, at most"),
        "tile": ("PIXELS", "side of tiles on which gradients are computed one after the other, for images larger than "
                 "memory; 0 computes them on the whole image"),
    },
}  # fmt: skip


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf dream IMAGE [IMAGE ...] -o OUT [options]"
    parser.add_argument("images", metavar="IMAGE", nargs="*",
                        help="image, or a folder of images; none is needed with --from-noise")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several images a folder, made if it is missing")  # fmt: skip
    parser.add_argument("--guide", metavar="IMAGE", help="image whose features the dream takes on")
    parser.add_argument("--zoom", type=count, metavar="FRAMES",
                        help="write so many dreams, each on the one before after a step of 5 %% into it, as an "
                             "animation: .webp, .gif or .mp4")  # fmt: skip
    add_settings(parser, PRESETS, OPTIONS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then dreams."""
    settings = chosen(arguments, PRESETS)
    if not arguments.images and not arguments.from_noise:
        raise InputError("no image was given; name one, or start with --from-noise")
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images import read_image

    settings["guide"] = None if arguments.guide is None else read_image(arguments.guide)
    if arguments.zoom is not None:
        from nst_tf.cli.work.zoom import make_zoom

        return make_zoom(arguments, settings)

    def steps(image):
        from nst_tf.recipes.dream.recipe import dream_steps

        return dream_steps(image, time_limit=arguments.time_limit, **settings)

    facts = {"guide": arguments.guide}
    return make_pictures(arguments, steps, arguments.images, others=[arguments.guide], facts=lambda _: facts)
