"""`nst-tf dream`: a picture, or a folder of pictures, in which a network sees more and more; or a zoom into it."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from nst_tf.cli.shell.files import Content, Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count
from nst_tf.cli.work.folders import add_folders
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.errors import InputError
from nst_tf.recipes.dream.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Let a network dream on pictures (DeepDream)."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf dream IMAGE [IMAGE ...] -o OUT [options]"
    parser.add_argument("images", type=Content, metavar="IMAGE", nargs="*",
                        help="image, or a folder of images; none is needed with --from-noise")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several images a folder, made if it is missing")  # fmt: skip
    parser.add_argument("--guide", type=Input, metavar="IMAGE", help="image whose features the dream takes on")
    parser.add_argument("--mask", type=Input, metavar="MASK",
                        help="dream where this image is white, and keep the image where it is black")  # fmt: skip
    parser.add_argument("--zoom", type=count, metavar="FRAMES",
                        help="write so many dreams, each on the one before after a step of 5 %% into it, as an "
                             "animation: .webp, .gif or .mp4")  # fmt: skip
    add_settings(parser, PRESETS)
    add_folders(parser)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then dreams."""
    settings = chosen(arguments, PRESETS)
    if not arguments.images and not arguments.from_noise:
        raise InputError("no image was given; name one, or start with --from-noise")
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images import read_image

    guide, mask = (None if file is None else read_image(file) for file in (arguments.guide, arguments.mask))
    facts = {"guide": arguments.guide, **({"mask": arguments.mask} if mask is not None else {})}
    if arguments.zoom is not None:
        if mask is not None:
            raise InputError("--mask has no meaning with --zoom, which goes on into the picture")
        return _make_zoom(arguments, guide, settings)

    def begin(image, checkpoint):
        from nst_tf.recipes.dream.dream import run_dream

        return run_dream(image, guide, settings, arguments.time_limit, checkpoint, mask=mask)

    others = [arguments.guide, arguments.mask]
    return make_pictures(
        arguments, begin, arguments.images, longest=settings.size, others=others, facts=lambda _: facts
    ).finish()


def _make_zoom(arguments: Namespace, guide: Any, settings: Any) -> int:
    from nst_tf.cli.work.pictures import make_pictures
    from nst_tf.images.animation import write_animation

    def begin(image, checkpoint):
        from nst_tf.recipes.dream.zoom import run_zoom

        return run_zoom(image, guide, settings, arguments.zoom, arguments.time_limit, checkpoint)

    def facts(result):
        return {"guide": arguments.guide, "frames": len(result.picture.frames)}

    def write(target, film, xmp):
        write_animation(target, film.frames, xmp=xmp)

    return make_pictures(arguments, begin, facts=facts, plan=_zoom_plan(arguments), write=write).finish()


def _zoom_plan(arguments: Namespace) -> Any:
    from nst_tf.cli.work.jobs import Job, Plan
    from nst_tf.images.animation import check_animation

    if len(arguments.images) > 1 or any(map(os.path.isdir, arguments.images)):
        raise InputError("a zoom is made of one image; name one that is no folder")
    if arguments.save_every:
        raise InputError("--save-every is for pictures; a zoom that is stopped writes the frames that there are")
    check_animation(arguments.output)
    for file in (*arguments.images, arguments.guide):
        if file is not None and os.path.exists(arguments.output) and os.path.samefile(file, arguments.output):
            raise InputError(f"{file} is one of the images to read, and would be replaced; name another with -o")
    return Plan([Job(Path(arguments.images[0]) if arguments.images else None, Path(arguments.output))])
