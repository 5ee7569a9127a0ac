"""`nst-tf evolution`: how the features of a network evolved while it was trained, as a sheet or moving pictures."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Collection
from pathlib import Path

from nst_tf.cli.replay.record import Recording, add_no_recipe
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count, names, whole, wholes
from nst_tf.errors import InputError

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Show how the features of a network evolved while it was trained with train-convnet."
SECONDS = 0.8  # that an epoch is shown; the last three times as long


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("folder", type=Input, metavar="RUN", help="folder of a run of train-convnet")
    parser.add_argument("-o", "--output", required=True, metavar="OUT",
                        help="sheet to write: .png, .jpg or .tif; or animation: .gif or .webp")  # fmt: skip
    parser.add_argument("--layers", type=names, metavar="LAYER,...", help="layers to show (default: all recorded ones)")
    parser.add_argument("--filters", type=filters, metavar="N|LIST",
                        help="how many filters of each layer to draw at random, or their numbers with commas, as in "
                             "3,17 or 3, (default: 6, and 16 in an animation)")  # fmt: skip
    parser.add_argument("--seed", type=whole, default=0, metavar="NUMBER", help="of the random choice (default: 0)")
    add_no_recipe(parser)


def filters(text: str) -> int | list[int]:
    """How many filters, or, with a comma, which ones."""
    if "," not in text:
        return count(text)
    numbers = wholes(text.removesuffix(","))
    if min(numbers) < 0:
        raise ArgumentTypeError(f"{text!r} has a number below 0")
    return list(numbers)


def run(arguments: Namespace) -> int:
    """Reads what was recorded and draws it."""
    from nst_tf.images.animation import ANIMATED
    from nst_tf.visualize.evolution.record import read_evolution

    moving = Path(arguments.output).suffix.lower() in ANIMATED
    _check_output(arguments.output, ANIMATED)
    evolution, recording = read_evolution(arguments.folder), Recording(arguments)
    options = {"layers": arguments.layers, "seed": arguments.seed}
    if arguments.filters is not None:
        options["filters"] = arguments.filters
    draw = _write_animation if moving else _write_sheet
    draw(arguments.output, evolution, options, recording)
    print(f"wrote {one_line(arguments.output)} (epochs {', '.join(map(str, evolution.epochs))})")
    return 0


def _check_output(path: str, animated: Collection[str]) -> None:
    from nst_tf.images import check_target
    from nst_tf.images.animation import check_animation
    from nst_tf.images.files import WRITABLE

    sheets = [extension for extension in WRITABLE if extension not in animated]
    if Path(path).suffix.lower() not in (*sheets, *animated):
        raise InputError(
            f"cannot write {path}: its name must end in one of {', '.join(sheets)} for a sheet, "
            f"or in {' or '.join(animated)} for an animation"
        )
    check = check_animation if Path(path).suffix.lower() in animated else check_target
    check(path)


def _write_sheet(path: str, evolution, options: dict, recording: Recording) -> None:
    from nst_tf.images import Picture, write_image
    from nst_tf.visualize.evolution.sheet import evolution_sheet

    write_image(path, Picture(evolution_sheet(evolution, **options)), xmp=recording.xmp())


def _write_animation(path: str, evolution, options: dict, recording: Recording) -> None:
    from nst_tf.images.animation import write_animation
    from nst_tf.visualize.evolution.animation import evolution_frames

    frames = evolution_frames(evolution, **options)
    write_animation(path, frames, seconds=SECONDS, last=3 * SECONDS, xmp=recording.xmp())
