"""`nst-tf stylize`: a picture, or a folder of pictures, in the style of others."""

from argparse import Namespace

from nst_tf.cli.shell.files import Content, Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.areas import Areas, add_areas
from nst_tf.cli.work.cluster import add_cluster, elsewhere
from nst_tf.cli.work.feed_forward import add_feed_forward, is_feed_forward, resolve, run_feed_forward
from nst_tf.cli.work.folders import add_folders
from nst_tf.cli.work.options import add_running, add_settings, chosen, with_first_image
from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Paint pictures in the style of others."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf stylize CONTENT STYLE [STYLE ...] -o OUT [options]"
    parser.add_argument("content", type=Content, metavar="CONTENT", help="image to paint, or a folder of images")
    parser.add_argument("styles", type=Input, metavar="STYLE", nargs="*",
                        help="image of the style; several are blended")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several contents a folder, made if it is missing")  # fmt: skip
    parser.add_argument("--content", dest="more", type=Content, metavar="CONTENT", action="append", default=[],
                        help="a further image or folder to paint; may be repeated")  # fmt: skip
    add_areas(parser)
    add_feed_forward(parser)
    add_settings(parser, PRESETS)
    parser.set_defaults(resolve=resolve)
    add_folders(parser)
    add_cluster(parser)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    if not (arguments.styles or arguments.network or arguments.regions):
        raise InputError("no STYLE was given; at least one image is needed after CONTENT, or a --region")
    with elsewhere(arguments) as arguments:
        return run_feed_forward(arguments) if is_feed_forward(arguments) else _run_optimising(arguments)


def _run_optimising(arguments: Namespace) -> int:
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images import read_to_shrink

    settings, areas = with_first_image(settings), Areas(arguments)
    measured = settings.size * max(1.0, settings.style_scale)
    styles = [read_to_shrink(style, measured) for style in arguments.styles]

    def begin(content, checkpoint):
        from nst_tf.recipes.stylize.stylize import run_stylize

        options = areas.options(content, styles)
        return run_stylize(content, styles, settings, arguments.time_limit, checkpoint, **options)

    contents, others = [arguments.content, *arguments.more], [*arguments.styles, *areas.files, arguments.init]
    facts = {"styles": arguments.styles, **areas.facts}
    return make_pictures(
        arguments, begin, contents, longest=settings.size, others=others, facts=lambda _: facts
    ).finish()
