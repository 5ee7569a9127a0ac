"""`nst-tf texture`: pictures of any size with the texture of others."""

from argparse import Namespace
from pathlib import Path

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.network_options import MODEL, PIXELS
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.recipes.texture.settings import PRESETS

__all__ = ["DESCRIPTION", "OPTIONS", "add_arguments", "run"]

DESCRIPTION = "Make textures like those of pictures, of any size, tileable."
OPTIONS = {
    "picture": {
        "size": ("SIZE", "longest side of the result, or WIDTHxHEIGHT; a size above the source's makes more of it"),
        "tileable": ("", "make a picture that repeats without a seam"),
        "match_histogram": ("", "give the result the colours' histograms of the source at the end"),
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
        "layers": ("LAYER=WEIGHT,...", "layers whose statistics make the texture, from the first to the last"),
        "parameters": ("NUMBER", "describe the texture by at most so many numbers: by as many of the first layers as "
                       "have no more in their Gram matrices; without it, by all layers"),
        "texture_loss": ("KIND", "how the statistics of features are compared"),
        "tv_weight": ("WEIGHT", "weight of the total variation; more is smoother"),
        "source_scale": ("FACTOR", "size of what the source shows, relative to its own, or to the result's where the "
                         "source is larger"),
        "source_blend": ("SHARE,...", "share of each source; without it, all are equal"),
    },
    "schedule": {
        "corrections": ("NUMBER", "steps that L-BFGS remembers"),
        "first_size": ("PIXELS", "longest side of the source on the coarsest scale"),
        "growth": ("FACTOR", "how much larger each scale is than the one before, at most"),
        "steps": ("NUMBER,...", "evaluations on each scale, coarse to fine; the last number holds for all that follow"),
        "plateau": ("FRACTION", "end a scale when the loss falls by less per evaluation; 0 never does"),
    },
}  # fmt: skip


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf texture SOURCE [SOURCE ...] -o OUT [options]"
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="image of the texture; several are blended")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the result")
    parser.add_argument("--show-tiling", action="store_true",
                        help="also write the result laid out 3 by 3, as OUT-3x3")  # fmt: skip
    add_settings(parser, PRESETS, OPTIONS)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the picture."""
    settings = chosen(arguments, PRESETS)
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images import read_image

    tiling = _tiling_file(arguments) if arguments.show_tiling else None
    sources = [read_image(source) for source in arguments.sources]

    def steps(_):
        from nst_tf.recipes.texture.recipe import texture_steps

        return texture_steps(sources, time_limit=arguments.time_limit, **settings)

    facts = {"sources": arguments.sources}
    status = make_pictures(arguments, steps, others=arguments.sources, facts=lambda _: facts)
    if tiling is not None:
        _write_tiling(tiling, arguments)
    return status


def _tiling_file(arguments: Namespace) -> Path:
    from nst_tf.cli.work.jobs import plan_jobs

    output = Path(arguments.output)
    target = output.with_stem(f"{output.stem}-3x3")
    plan_jobs([], str(target), map(Path, arguments.sources), arguments.bit_depth)  # refuses what it cannot be
    return target


def _write_tiling(target: Path, arguments: Namespace) -> None:
    import numpy as np

    from nst_tf.images import Picture, read_image, write_image

    tiling = Picture(np.tile(read_image(arguments.output).pixels, (3, 3, 1)))
    write_image(target, tiling, quality=arguments.quality, bit_depth=arguments.bit_depth)
