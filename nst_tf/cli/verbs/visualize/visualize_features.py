"""`nst-tf visualize-features`: pictures, made from noise, of what excites a part of a network."""

from argparse import Namespace
from pathlib import Path

from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import wholes
from nst_tf.cli.verbs.visualize.deconv import position
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.errors import InputError
from nst_tf.recipes.features.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Make pictures of what excites channels, units, layers or classes of a network."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf visualize-features (--layer LAYER | --class NAME ...) -o OUT [options]"
    parser.add_argument("--layer", metavar="LAYER",
                        help="layer to excite, as a whole or the features of it that are named")  # fmt: skip
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--channels", type=wholes, metavar="NUMBER,...", help="channels of the layer, a picture each")
    which.add_argument("--direction", type=Input, metavar="FILE",
                       help="a mixture of its channels: .npy with a number for each, or rows of them")  # fmt: skip
    which.add_argument("--class", dest="classes", action="append", metavar="NAME",
                       help="name or number of a class, in place of a layer; may be repeated")  # fmt: skip
    parser.add_argument("--unit", type=position, metavar="ROW,COLUMN",
                        help="excite one position of the feature maps only (default: all)")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the sheet with all pictures")
    parser.add_argument("--singles", metavar="FOLDER", help="also write each picture to a file of its own, as PNG")
    add_settings(parser, PRESETS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures, write_picture

    asked = {name: getattr(arguments, name) for name in ("layer", "channels", "unit", "classes")}
    if arguments.direction:
        asked["direction"] = _read_direction(arguments.direction)

    def begin(_, checkpoint):
        from nst_tf.recipes.features.visualize_features import Wanted, run_features

        return run_features(Wanted(**asked), settings, arguments.time_limit, checkpoint)

    def write(target, sheet, xmp):
        write_picture(arguments, target, sheet, xmp)
        if arguments.singles:
            _write_singles(Path(arguments.singles), sheet, arguments, xmp)

    return make_pictures(arguments, begin, others=[arguments.direction], facts=_facts, write=write).finish()


def _facts(result) -> dict:
    return {"features": list(result.picture.names), "activation": -result.losses["activation"]}


def _read_direction(file: str):
    import numpy as np

    try:
        return np.load(file, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot read {file} as a NumPy array of numbers: {error}") from error


def _write_singles(folder: Path, sheet, arguments: Namespace, xmp: bytes) -> None:
    from nst_tf.images import Picture, make_folder, write_image

    make_folder(folder)
    for number, (name, image) in enumerate(zip(sheet.names, sheet.images, strict=True)):
        safe = "".join(letter if letter.isalnum() or letter in "_-" else "-" for letter in name)
        write_image(folder / f"{number:03d}-{safe}.png", Picture(image), bit_depth=arguments.bit_depth, xmp=xmp)
