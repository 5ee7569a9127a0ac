"""`nst-tf reconstruct`: a picture, or a folder of pictures, from what a layer of a network makes of it."""

from argparse import Namespace
from typing import Any

from nst_tf.cli.shell.files import Content
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import names
from nst_tf.cli.work.folders import add_folders
from nst_tf.cli.work.options import add_running, add_settings, chosen
from nst_tf.recipes.reconstruct.settings import PRESETS

__all__ = ["DESCRIPTION", "PRESETS", "add_arguments", "run"]

DESCRIPTION = "Reconstruct pictures from what a layer of a network keeps of them."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf reconstruct IMAGE [IMAGE ...] (--layer LAYER | --all-layers) -o OUT [options]"
    parser.add_argument("images", type=Content, metavar="IMAGE", nargs="+", help="image, or a folder of images")
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="file of the result; for several images a folder, made if it is missing")  # fmt: skip
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--layer", metavar="LAYER,...", type=names,
                       help="layer to reconstruct from; several make a strip of the image and each layer's "
                            "reconstruction")  # fmt: skip
    which.add_argument("--all-layers", action="store_true", help="a strip of all rectified maps of the network")
    add_settings(parser, PRESETS)
    add_folders(parser)
    add_running(parser)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    settings = chosen(arguments, PRESETS)
    layers = arguments.layer
    layer = layers[0] if layers is not None and len(layers) == 1 else layers
    # Only now what takes a while to import.
    from nst_tf.cli.work.pictures import make_pictures

    def begin(content, checkpoint):
        from nst_tf.recipes.reconstruct.reconstruct import run_reconstruct

        return run_reconstruct(content, layer, settings, arguments.time_limit, checkpoint)

    return make_pictures(arguments, begin, arguments.images, longest=settings.size, facts=_facts).finish()


def _facts(result) -> dict[str, Any]:
    made = getattr(result.picture, "reconstructions", None)
    if made is None:
        return _measured(result.picture)
    return {"layers": [_measured(one) for one in made]}


def _measured(made) -> dict[str, Any]:
    return {"layer": made.layer, "representation_error": made.error, "psnr": made.psnr}
