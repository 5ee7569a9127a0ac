"""`nst-tf stylize`: a picture, or a folder of pictures, in the style of others."""

from argparse import Namespace

from absl import logging

from nst_tf.cli.options import add_settings, chosen
from nst_tf.cli.parser import Parser
from nst_tf.cli.values import count, percent, positive
from nst_tf.recipes.settings import choose_settings

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Paint pictures in the style of others."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf stylize CONTENT STYLE [STYLE ...] -o OUT [options]"
    parser.add_argument("content", metavar="CONTENT", help="image to paint, or a folder of images")
    parser.add_argument("styles", metavar="STYLE", nargs="+", help="image of the style; several are blended")
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several contents a folder, made if it is missing")  # fmt: skip
    parser.add_argument("--content", dest="more", metavar="CONTENT", action="append", default=[],
                        help="a further image or folder to paint; may be repeated")  # fmt: skip
    add_settings(parser)
    _add_running(parser.add_argument_group("running and writing"))


def _add_running(group) -> None:
    group.add_argument("--time-limit", type=positive, metavar="SECONDS", help="write what there is after this time")
    group.add_argument("--save-every", type=count, metavar="NUMBER",
                       help="also write the picture so far after every so many evaluations")  # fmt: skip
    group.add_argument(
        "--quality", type=percent, default=95, metavar="NUMBER", help="of JPEG and WebP, 1 to 100 (default: 95)"
    )
    group.add_argument("--bit-depth", type=int, choices=(8, 16), default=8, metavar="BITS",
                       help="8, or 16 for PNG and TIFF (default: 8)")  # fmt: skip
    group.add_argument("--json", action="store_true", help="print a line of JSON for each result")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    changes = chosen(arguments)
    choose_settings(arguments.preset, **changes)
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    # Only now what takes a while to import.
    from nst_tf.cli.batch import run_batch
    from nst_tf.cli.jobs import plan_jobs
    from nst_tf.cli.transfer import Transfer

    transfer = Transfer(arguments, changes)
    jobs = plan_jobs([arguments.content, *arguments.more], arguments.output, transfer.images, arguments.bit_depth)
    if len(jobs) > 1:
        return run_batch(jobs, transfer)
    transfer(jobs[0])
    return 0
