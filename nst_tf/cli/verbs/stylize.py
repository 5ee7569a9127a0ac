"""`nst-tf stylize`: a picture, or a folder of pictures, in the style of others."""

import os
from argparse import Namespace
from dataclasses import replace

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.feed_forward import add_feed_forward, is_feed_forward, run_feed_forward
from nst_tf.cli.work.folders import add_folders
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.errors import InputError, unknown
from nst_tf.recipes.stylize.settings import INITS, PRESETS, StylizeSettings

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Paint pictures in the style of others."


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
    add_settings(parser, PRESETS)
    add_folders(parser)
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
    from nst_tf.images import read_to_shrink

    settings = _with_first_image(settings)
    measured = settings.size * max(1.0, settings.style_scale)
    styles = [read_to_shrink(style, measured) for style in arguments.styles]

    def begin(content):
        from nst_tf.recipes.stylize.stylize import run_stylize

        return run_stylize(content, styles, settings, arguments.time_limit)

    contents, others = [arguments.content, *arguments.more], [*arguments.styles, arguments.init]
    return make_pictures(
        arguments, begin, contents, longest=settings.size, others=others, facts=lambda _: {"styles": arguments.styles}
    ).finish()


def _with_first_image(settings: StylizeSettings) -> StylizeSettings:
    """The settings with the pixels of the file that `--init` names, if it does."""
    from nst_tf.images import read_image

    if settings.init in INITS:
        return settings
    if not os.path.exists(settings.init):
        raise unknown("start", settings.init, [*INITS, "or an image file"])
    return replace(settings, init=read_image(settings.init).pixels)
