"""`nst-tf texture`: pictures of any size with the texture of others."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.recipes.texture.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Make textures like those of pictures, of any size, tileable."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf texture SOURCE [SOURCE ...] -o OUT [options]"
    parser.add_argument("sources", type=Input, metavar="SOURCE", nargs="+",
                        help="image of the texture; several are blended")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the result")
    parser.add_argument("--mask", dest="masks", type=Input, metavar="MASK", action="append", default=[],
                        help="use the white part of SOURCE only; one for each SOURCE, in their order")  # fmt: skip
    parser.add_argument("--show-tiling", action="store_true",
                        help="also write the result laid out 3 by 3, as OUT-3x3")  # fmt: skip
    add_settings(parser, PRESETS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the picture."""
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures, write_picture
    from nst_tf.images import read_image

    tiling = _tiling_file(arguments) if arguments.show_tiling else None
    sources, masks = ([read_image(file) for file in files] for files in (arguments.sources, arguments.masks))

    def begin(_, checkpoint):
        from nst_tf.recipes.texture.texture import run_texture

        return run_texture(sources, settings, arguments.time_limit, checkpoint, masks=masks)

    def write(target, picture, xmp):
        write_picture(arguments, target, picture, xmp)
        if tiling is not None:
            write_picture(arguments, tiling, _tiled(picture.pixels), xmp)

    facts = {"sources": arguments.sources, **({"masks": arguments.masks} if masks else {})}
    others = [*arguments.sources, *arguments.masks]
    return make_pictures(arguments, begin, others=others, facts=lambda _: facts, write=write).finish()


def _tiling_file(arguments: Namespace) -> Path:
    from nst_tf.cli.work.jobs import plan_jobs

    output = Path(arguments.output)
    target = output.with_stem(f"{output.stem}-3x3")
    plan_jobs([], str(target), map(Path, arguments.sources), arguments.bit_depth)  # refuses what it cannot be
    return target


def _tiled(pixels: Any) -> Any:
    import numpy as np

    return np.tile(pixels, (3, 3, 1))
