"""`nst-tf deconv`: what in an image excites a filter, projected down to the pixels."""

from argparse import ArgumentTypeError, Namespace

from nst_tf.cli.replay.record import Recording, add_no_recipe
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count, whole, wholes
from nst_tf.cli.work.network_options import add_network, add_side
from nst_tf.cli.work.options import add_options, chosen
from nst_tf.visualize.settings import PROJECTION

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Project the activation of a filter down to the pixels that caused it, beside the image."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("image", type=Input, metavar="IMAGE", help="image file")
    add_network(parser)
    parser.add_argument("--layer", required=True, metavar="NAME", help="layer of the filters")
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="file of the picture")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--filter", type=whole, action="append", dest="filters", metavar="NUMBER",
                       help="filter to project, from 0; may be repeated")  # fmt: skip
    which.add_argument("--strongest", type=count, metavar="NUMBER",
                       help="project so many filters, those that the image excites most")  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--position", type=position, metavar="ROW,COLUMN",
                       help="project this position of the feature map (default: the strongest one)")  # fmt: skip
    where.add_argument("--map", action="store_true", help="project the whole feature map")
    add_options(parser, PROJECTION)
    add_side(parser)
    add_no_recipe(parser)


def position(text: str) -> tuple[int, int]:
    """A place in a feature map: `3,12`."""
    numbers = wholes(text)
    if len(numbers) != 2 or min(numbers) < 0:
        raise ArgumentTypeError(f"{text!r} is not of the form ROW,COLUMN")
    return numbers


def run(arguments: Namespace) -> int:
    """Projects and draws."""
    settings = chosen(arguments, PROJECTION)
    # Only now what takes a while to import.
    from nst_tf.images import check_writable, read_image

    check_writable(arguments.output)
    pixels, recording = read_image(arguments.image).pixels, Recording(arguments)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.backbones import fit_image, open_network
    from nst_tf.visualize.projections import deconv

    model = open_network(arguments.model, arguments.preprocessing)
    projections = deconv(
        model,
        fit_image(model, pixels, arguments.side),
        arguments.layer,
        filters=arguments.filters,
        strongest=arguments.strongest,
        position=arguments.position or ("map" if arguments.map else "strongest"),
        **vars(settings),
    )
    _finish(arguments.output, projections, recording.xmp())
    return 0


def _finish(output: str, projections, xmp: bytes) -> None:
    from nst_tf.images import Picture, write_image
    from nst_tf.visualize.projection_sheet import projection_sheet

    write_image(output, Picture(projection_sheet(projections)), xmp=xmp)
    for number, activation, (row, column) in zip(
        projections.filters, projections.activations, projections.positions, strict=True
    ):
        print(f"{projections.layer} filter {number}: {activation:.4g} at row {row}, column {column}")
    print(f"wrote {one_line(output)}")
