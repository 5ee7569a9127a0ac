"""`nst-tf texture`: pictures of any size with the texture of others."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.recipes.texture.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Make textures like those of pictures, of any size, tileable."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf texture SOURCE [SOURCE ...] -o OUT [options]"
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="image of the texture; several are blended")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the result")
    parser.add_argument("--show-tiling", action="store_true",
                        help="also write the result laid out 3 by 3, as OUT-3x3")  # fmt: skip
    add_settings(parser, PRESETS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the picture."""
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images import read_image

    tiling = _tiling_file(arguments) if arguments.show_tiling else None
    sources = [read_image(source) for source in arguments.sources]

    def begin(_, checkpoint):
        from nst_tf.recipes.texture.texture import run_texture

        return run_texture(sources, settings, arguments.time_limit, checkpoint)

    facts = {"sources": arguments.sources}
    pictures = make_pictures(arguments, begin, others=arguments.sources, facts=lambda _: facts)
    for _, result in pictures:
        if tiling is not None:
            _write_tiling(tiling, result.image, arguments)
    return pictures.status


def _tiling_file(arguments: Namespace) -> Path:
    from nst_tf.cli.work.jobs import plan_jobs

    output = Path(arguments.output)
    target = output.with_stem(f"{output.stem}-3x3")
    plan_jobs([], str(target), map(Path, arguments.sources), arguments.bit_depth)  # refuses what it cannot be
    return target


def _write_tiling(target: Path, pixels: Any, arguments: Namespace) -> None:
    import numpy as np

    from nst_tf.images import Picture, write_image

    tiling = Picture(np.tile(pixels, (3, 3, 1)))
    write_image(target, tiling, quality=arguments.quality, bit_depth=arguments.bit_depth)
